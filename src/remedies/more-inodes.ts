import type { Remedy } from './remedy.ts';

export const moreInodes: Remedy = {
  id: 'more-inodes',
  title: 'Make the file system again with more inodes',
  risk: 'destructive',
  byHand: [
    'df -i MOUNT',
    'growing an ext4 adds inodes in proportion: try grow-file-system first',
    'copy everything to another disk, and verify the copy',
    'mkfs.xfs, or mkfs.ext4 -i 8192 /dev/DEVICE',
    'copy it back',
  ],
  danger: 'mkfs deletes the file system.',
};
