import type { Remedy } from './remedy.ts';

export const restartContainerd: Remedy = {
  id: 'restart-containerd',
  title: 'Restart containerd',
  risk: 'downtime',
  byHand: [
    'systemctl restart containerd: running containers go on, nothing can be started or pulled meanwhile.',
    'ctr plugins ls: the snapshotter in use must say ok.',
  ],
};
