import type { Remedy } from './remedy.ts';

export const removeStaleLeases: Remedy = {
  id: 'remove-stale-leases',
  title: 'Remove leases that are left over',
  risk: 'safe',
  byHand: [
    'make sure that no pull or build runs',
    'ctr -n moby leases ls   (k8s.io on Kubernetes)',
    'ctr -n moby leases rm --sync ID   (for each old one)',
  ],
  danger: 'A lease of a pull that runs protects what it has downloaded.',
};
