import type { Remedy } from './remedy.ts';

export const btrfsConvertProfile: Remedy = {
  id: 'btrfs-convert-profile',
  title: 'Convert btrfs chunks to a profile that fits the devices',
  risk: 'destructive',
  byHand: ['btrfs balance start -dconvert=single,soft /var/lib/docker', 'btrfs filesystem usage /var/lib/docker'],
  danger: 'Data then has one copy only: the loss of one device loses it.',
};
