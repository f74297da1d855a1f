import type { Remedy } from './remedy.ts';

export const lowerDmMinFreeSpace: Remedy = {
  id: 'lower-dm-min-free-space',
  title: 'Lower the minimum of free space for a moment',
  risk: 'downtime',
  byHand: [
    'Only to get past the refusal while room is being made: dm.min_free_space=5% in the storage-opts, restart the daemon.',
    'Delete unused images and trim, or extend the pool.',
    'Take the option out again.',
  ],
  danger: 'It makes no room. With the reserve gone the pool can run full, which is far worse.',
};
