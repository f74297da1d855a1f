import type { Remedy } from './remedy.ts';

export const releaseDeleted: Remedy = {
  id: 'release-deleted',
  title: 'Restart the process that holds deleted files',
  risk: 'downtime',
  byHand: [
    'lsof -nP +L1   (names the process)',
    'docker restart CONTAINER, or systemctl restart SERVICE',
    'df   (the space is back when the last holder is gone)',
  ],
  danger: 'Restarting dockerd stops containers unless live-restore is on.',
};
