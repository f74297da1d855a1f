import type { Remedy } from './remedy.ts';

export const cleanContainerdSnapshots: Remedy = {
  id: 'clean-containerd-snapshots',
  title: 'Let containerd collect its snapshots',
  risk: 'destructive',
  byHand: [
    'ctr namespaces ls; for each: ctr -n NS containers ls, images ls, leases ls, snapshots ls',
    'crictl rmi --prune',
    'ctr -n NS leases rm --sync ID of leases that nothing uses   (starts the garbage collection)',
    'ctr -n NS snapshots rm KEY for keys without container, image or child',
  ],
  danger: 'Never remove directories below snapshots/ by hand while containerd knows them.',
  plan: 'remove-orphans',
};
