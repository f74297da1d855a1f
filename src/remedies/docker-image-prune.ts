import type { Remedy } from './remedy.ts';

export const dockerImagePrune: Remedy = {
  id: 'docker-image-prune',
  title: 'Remove images that no container uses',
  risk: 'destructive',
  byHand: [
    'docker image ls --digests   (no digest: built here, cannot be pulled again)',
    'docker save -o FILE IMAGE   (or docker push, for the ones that matter)',
    'docker image prune   (nameless ones only)',
    'docker image prune -a --filter until=168h   (unused ones older than a week; podman image prune -a for Podman)',
  ],
  danger: 'Images that were built here and never pushed are gone. A cluster without a registry cannot pull again.',
  plan: 'prune',
};
