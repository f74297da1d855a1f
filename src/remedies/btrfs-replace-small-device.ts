import type { Remedy } from './remedy.ts';

export const btrfsReplaceSmallDevice: Remedy = {
  id: 'btrfs-replace-small-device',
  title: 'Replace the small btrfs device by a larger one',
  risk: 'safe',
  byHand: [
    'btrfs replace start DEVID /dev/new /mount (works while mounted)',
    'btrfs replace status /mount until it has finished',
    'btrfs filesystem resize DEVID:max /mount',
  ],
};
