import type { Remedy } from './remedy.ts';

export const pruneVolumes: Remedy = {
  id: 'prune-volumes',
  title: 'Remove volumes that no container uses',
  risk: 'destructive',
  byHand: [
    'docker volume ls -f dangling=true',
    'docker run --rm -v NAME:/v:ro -v /backup:/b alpine tar -czf /b/NAME.tgz -C /v .   (save each one that may matter)',
    'docker volume rm NAME   (by name; docker volume prune -a takes them all)',
  ],
  danger: 'Volumes hold databases. A project that is only stopped has no container either. This cannot be undone.',
};
