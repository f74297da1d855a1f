import type { Remedy } from './remedy.ts';

export const btrfsReclaimThreshold: Remedy = {
  id: 'btrfs-reclaim-threshold',
  title: 'Let btrfs compact half-empty data chunks by itself',
  risk: 'safe',
  byHand: [
    'echo 30 > /sys/fs/btrfs/UUID/allocation/data/bg_reclaim_threshold (Linux 5.19 and newer; for data only)',
    'Make it permanent with a systemd unit: the value is lost at unmount',
    'Watch that chunks are reclaimed: a weekly `btrfs balance start -dusage=10 -dlimit=4` is surer',
  ],
  plan: 'btrfs-maintenance',
};
