import type { Remedy } from './remedy.ts';

export const btrfsAddDevice: Remedy = {
  id: 'btrfs-add-device',
  title: 'Add a device to the btrfs file system for good',
  risk: 'safe',
  byHand: [
    'btrfs device add /dev/sdX /var/lib/docker (its content is discarded)',
    'btrfs filesystem usage /var/lib/docker: unallocated space must have appeared',
    'With RAID1 and its kin the new device must offer a second place for every chunk',
  ],
  danger: 'The file system needs the device from then on, at every boot.',
};
