import type { Remedy } from './remedy.ts';

export const enableDiscards: Remedy = {
  id: 'enable-discards',
  title: 'Pass discards down',
  risk: 'downtime',
  byHand: [
    'lsblk -D: find the first layer with DISC-MAX 0.',
    'LVM: lvchange --discards passdown VG/POOL (the pool must be inactive to leave ignore). Docker: dm.blkdiscard=true and no nodiscard in dm.mountopt. containerd: discard_blocks = true.',
    'dm-crypt: allow_discards. A loop file needs a file system that can punch holes (ext4, xfs, btrfs).',
    'fstrim the volumes once.',
  ],
  plan: 'thin-trim',
};
