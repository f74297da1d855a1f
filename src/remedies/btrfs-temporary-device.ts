import type { Remedy } from './remedy.ts';

export const btrfsTemporaryDevice: Remedy = {
  id: 'btrfs-temporary-device',
  title: 'Lend the btrfs file system a device, pack its chunks, take the device back',
  risk: 'safe',
  byHand: [
    'Choose a real disk, partition or logical volume of 1 GiB or more that holds nothing (`device add` discards its content).',
    'btrfs device add /dev/vg/spare /var/lib/docker',
    'btrfs balance start -dusage=10 /var/lib/docker, then 25, 50, 60, until `btrfs filesystem usage` shows some GiB unallocated',
    'btrfs device remove /dev/vg/spare /var/lib/docker and wait until it ends',
    'btrfs filesystem show: the device must no longer be listed; only then remove or reuse it',
  ],
  danger:
    'Until `device remove` has ended the file system spans the lent device: if it is lost (a loop file on tmpfs, a volume removed too early) the whole file system is lost. Never use a file on the same file system.',
};
