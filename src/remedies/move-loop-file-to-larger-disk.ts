import type { Remedy } from './remedy.ts';

export const moveLoopFileToLargerDisk: Remedy = {
  id: 'move-loop-file-to-larger-disk',
  title: 'Move the file to a larger disk',
  risk: 'downtime',
  byHand: [
    'Stop dockerd (or what uses the file) and see with losetup -a that nobody holds it.',
    'Copy it sparse: cp --sparse=always -a, or rsync -aS; compare the two files.',
    'Bind-mount the new place onto the old path, or set data-root; start again.',
    'Delete the old copy (destructive) only when everything works.',
  ],
  danger: "The file's own size stays: Docker's 100 GiB are the next limit.",
  plan: 'move-data-root',
};
