import type { Remedy } from './remedy.ts';

export const btrfsGrowDevice: Remedy = {
  id: 'btrfs-grow-device',
  title: 'Grow the device under btrfs, then btrfs',
  risk: 'safe',
  byHand: [
    'Grow the logical volume, partition or disk (lvextend --size +10G vg/docker)',
    'btrfs filesystem resize max /var/lib/docker (with several devices: DEVID:max)',
    'btrfs filesystem usage /var/lib/docker: the new space is unallocated',
  ],
};
