import type { Remedy } from './remedy.ts';

export const btrfsMountAgainAndMakeRoom: Remedy = {
  id: 'btrfs-mount-again-and-make-room',
  title: 'Unmount the aborted btrfs, mount it again, make room at once',
  risk: 'downtime',
  byHand: [
    'Stop the engines and whatever uses the mount; save the kernel log',
    'umount /var/lib/docker, then mount it again (a remount to rw is refused)',
    'Within the first seconds: delete something, or btrfs device add /dev/spare /var/lib/docker',
    'If the mount itself aborts: mount -o ro,rescue=all and copy the data away',
  ],
  danger: 'Do not run `btrfs check --repair`: it can make damage worse.',
  plan: 'btrfs-temporary-device',
};
