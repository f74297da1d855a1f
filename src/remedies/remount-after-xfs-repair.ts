import type { Remedy } from './remedy.ts';

export const remountAfterXfsRepair: Remedy = {
  id: 'remount-after-xfs-repair',
  title: 'Unmount and mount the shut down xfs again',
  risk: 'downtime',
  byHand: [
    'Cure what lies below first: pool, loop file, array, disk',
    'Stop what uses it; umount /mount',
    'mount it again: that replays its log',
    'Only if the mount fails: xfs_repair /dev/X',
  ],
  danger: '`xfs_repair -L` throws the log away, and with it recent changes.',
};
