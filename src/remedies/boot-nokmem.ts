import type { Remedy } from './remedy.ts';

export const bootNokmem: Remedy = {
  id: 'boot-nokmem',
  title: 'Boot without kernel memory accounting (old kernels)',
  risk: 'downtime',
  byHand: ['Add cgroup.memory=nokmem to the kernel command line', 'Drain the node, reboot'],
};
