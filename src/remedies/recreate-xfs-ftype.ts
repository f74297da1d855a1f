import type { Remedy } from './remedy.ts';

export const recreateXfsFtype: Remedy = {
  id: 'recreate-xfs-ftype',
  title: 'Make the XFS again with ftype=1',
  risk: 'destructive',
  byHand: [
    'xfs_info MOUNT   (ftype=0)',
    'copy everything to another disk, and verify the copy',
    'mkfs.xfs -n ftype=1 /dev/DEVICE',
    'copy it back',
  ],
  danger: 'mkfs deletes the file system.',
};
