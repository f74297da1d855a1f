import type { Remedy } from './remedy.ts';

export const lowerRootReserve: Remedy = {
  id: 'lower-root-reserve',
  title: 'Lower what ext4 keeps for root',
  risk: 'safe',
  byHand: [
    'tune2fs -l /dev/DEVICE   (Reserved block count)',
    'tune2fs -m 1 /dev/DEVICE   (online; tune2fs -m 5 puts it back)',
  ],
  danger: 'Keep at least 1 % on the root file system.',
};
