import type { Remedy } from './remedy.ts';

export const zfsLowerSlop: Remedy = {
  id: 'zfs-lower-slop',
  title: 'Lower the part ZFS keeps back, for as long as it takes to delete',
  risk: 'safe',
  byHand: [
    'cat /sys/module/zfs/parameters/spa_slop_shift: note it (5)',
    'echo 6 > /sys/module/zfs/parameters/spa_slop_shift',
    'Delete (truncate a large file first: `: > file`), then write the old value back',
  ],
};
