import type { Remedy } from './remedy.ts';

export const etcdCompactDefrag: Remedy = {
  id: 'etcd-compact-defrag',
  title: 'Compact and defragment etcd, then clear the alarm',
  risk: 'downtime',
  byHand: [
    'etcdctl endpoint status -w table: note the revision; take a snapshot (etcdctl snapshot save)',
    'etcdctl compact REVISION',
    'etcdctl defrag, one member after the other',
    'etcdctl alarm disarm',
    'Raise --quota-backend-bytes, at most 8 GiB',
  ],
  danger: 'Defragmenting blocks a member while it runs: never all at once.',
};
