import type { Remedy } from './remedy.ts';

export const xfsDeleteLargeFiles: Remedy = {
  id: 'xfs-delete-large-files',
  title: 'Free large contiguous pieces on xfs',
  risk: 'destructive',
  byHand: [
    'Find large files that may go (old images, logs): deleting many small ones leaves small holes',
    'xfs_spaceman -c "freesp -s" /mount: an extent of 8 blocks or more must have appeared',
  ],
  danger: 'What is deleted is gone.',
};
