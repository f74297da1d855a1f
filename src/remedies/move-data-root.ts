import type { Remedy } from './remedy.ts';

export const moveDataRoot: Remedy = {
  id: 'move-data-root',
  title: 'Move the store to another file system',
  risk: 'downtime',
  byHand: [
    'stop all containers',
    'copy the store with rsync -aHAX, and verify',
    'graphroot in storage.conf (data-root in daemon.json) to the new place; start',
  ],
  danger: 'Keep the old store until the new one has been used.',
};
