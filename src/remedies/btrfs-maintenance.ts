import type { Remedy } from './remedy.ts';

export const btrfsMaintenance: Remedy = {
  id: 'btrfs-maintenance',
  title: 'Let the machine pack half-empty btrfs chunks regularly, so that unallocated space never runs out',
  risk: 'safe',
  byHand: [
    'On kernel 6.11 or later: echo 1 > /sys/fs/btrfs/UUID/allocation/data/dynamic_reclaim',
    'On an older one: a systemd service that runs btrfs balance start -dusage=10 -dlimit=20 /var/lib/docker, and a timer that starts it once a week',
  ],
  danger:
    'A cron job without limits runs a full balance for hours beside the containers, and fails just when the file system is starved.',
};
