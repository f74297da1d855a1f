import type { Remedy } from './remedy.ts';

export const btrfsRebalance: Remedy = {
  id: 'btrfs-rebalance',
  title: 'Pack half-empty data chunks, a few at a time',
  risk: 'safe',
  byHand: [
    'btrfs balance start -dusage=5 -dlimit=2 /var/lib/docker',
    'Raise the filter slowly: -dusage=10, 20, 40, 60; stop when `btrfs filesystem usage` shows enough unallocated',
    'When it ends with "No space left on device": lend the file system a device first',
  ],
  danger:
    'Do not balance metadata (-m) on a starved file system: it needs more metadata to do so. A full balance takes hours.',
};
