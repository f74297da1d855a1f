import type { Remedy } from './remedy.ts';

export const prune: Remedy = {
  id: 'prune',
  title: 'Delete images, stopped containers and build cache that have not been used for some time',
  risk: 'destructive',
  byHand: [
    'docker system df -v: what each holds, and when it was last used',
    'docker image prune --all --filter until=240h; docker builder prune --filter until=240h; docker container prune --filter until=240h',
  ],
  danger: 'A stopped container may hold the only copy of its data; an image may exist nowhere else.',
};
