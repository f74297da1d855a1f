import type { Remedy } from './remedy.ts';

export const btrfsRaiseQgroup: Remedy = {
  id: 'btrfs-raise-qgroup',
  title: 'Raise the limit of the btrfs quota group',
  risk: 'safe',
  byHand: [
    'btrfs qgroup show -re --raw PATH: note the old limit',
    'btrfs qgroup limit 40G PATH',
    'To undo: set the old limit again',
  ],
  danger: '`btrfs quota disable` would remove all limits of the file system.',
};
