import type { Remedy } from './remedy.ts';

export const zfsRaiseQuota: Remedy = {
  id: 'zfs-raise-quota',
  title: 'Raise the quota of the ZFS dataset',
  risk: 'safe',
  byHand: [
    'zfs get quota,refquota DATASET: note the old values',
    'zfs set refquota=200G DATASET (or quota)',
    'zfs list DATASET: AVAIL must have grown',
  ],
};
