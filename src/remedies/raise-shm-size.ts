import type { Remedy } from './remedy.ts';

export const raiseShmSize: Remedy = {
  id: 'raise-shm-size',
  title: 'Give the container a larger /dev/shm',
  risk: 'downtime',
  byHand: [
    'recreate the container with --shm-size=1g   (shm_size: 1gb in a compose file)',
    'Kubernetes: an emptyDir with medium Memory mounted at /dev/shm',
    'for all containers: "default-shm-size": "1G" in daemon.json',
  ],
  danger: 'It counts as memory of the container.',
};
