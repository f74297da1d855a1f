import type { Remedy } from './remedy.ts';

export const podmanRaiseNumLocks: Remedy = {
  id: 'podman-raise-num-locks',
  title: 'Give Podman more locks',
  risk: 'downtime',
  byHand: [
    'Set num_locks = 8192 under [engine] in containers.conf',
    'Stop all containers',
    'Delete /dev/shm/libpod_lock (rootless: libpod_rootless_lock_UID)',
    'podman system renumber',
  ],
  danger: 'Running containers must all be stopped before.',
};
