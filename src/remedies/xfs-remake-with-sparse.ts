import type { Remedy } from './remedy.ts';

export const xfsRemakeWithSparse: Remedy = {
  id: 'xfs-remake-with-sparse',
  title: 'Make the xfs file system anew with sparse inodes',
  risk: 'destructive',
  byHand: ['Copy everything away and verify the copy', 'mkfs.xfs -i sparse=1 -n ftype=1 /dev/X', 'Copy back'],
  danger: 'mkfs erases the file system.',
};
