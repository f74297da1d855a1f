import type { Remedy } from './remedy.ts';

export const restartMountLeaker: Remedy = {
  id: 'restart-mount-leaker',
  title: 'Restart the container that piles up mounts',
  risk: 'downtime',
  byHand: [
    'wc -l /proc/[0-9]*/mountinfo: the process with most lines, its container',
    'Restart that container; start it without rshared mounts of / or the data root',
    'Count again',
  ],
};
