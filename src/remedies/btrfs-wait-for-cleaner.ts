import type { Remedy } from './remedy.ts';

export const btrfsWaitForCleaner: Remedy = {
  id: 'btrfs-wait-for-cleaner',
  title: 'Wait until deleted btrfs subvolumes are cleaned',
  risk: 'safe',
  byHand: [
    'btrfs subvolume sync /var/lib/docker (returns when their space is back)',
    'If it does not end: no balance or send may run, and no process may keep a file in a deleted subvolume',
  ],
};
