import type { Remedy } from './remedy.ts';

export const btrfsMountNoatime: Remedy = {
  id: 'btrfs-mount-noatime',
  title: 'Mount btrfs with noatime',
  risk: 'safe',
  byHand: ['mount -o remount,noatime /var/lib/docker', 'Add noatime to its line in /etc/fstab'],
};
