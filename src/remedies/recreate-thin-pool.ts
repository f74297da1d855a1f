import type { Remedy } from './remedy.ts';

export const recreateThinPool: Remedy = {
  id: 'recreate-thin-pool',
  title: 'Make the thin pool anew',
  risk: 'destructive',
  byHand: [
    'Only when no image, container or file in the pool is wanted, or all of it has been saved and the copies checked.',
    'Stop dockerd; move the data root aside.',
    'Destructive: lvremove VG/POOL and create it again (for a loop pool: remove the data and metadata files).',
    'Start dockerd; load what was saved.',
  ],
  danger: 'Everything in the pool is gone for good.',
};
