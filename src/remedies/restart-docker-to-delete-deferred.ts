import type { Remedy } from './remedy.ts';

export const restartDockerToDeleteDeferred: Remedy = {
  id: 'restart-docker-to-delete-deferred',
  title: 'Let the deferred deletions happen',
  risk: 'downtime',
  byHand: [
    'Find who still holds the mounts: grep the device name in /proc/*/mountinfo.',
    'Restart that process (often a monitoring agent with /var/lib/docker mounted), then dockerd.',
    'docker info: Deferred Deleted Device Count goes to 0.',
  ],
};
