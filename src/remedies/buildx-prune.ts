import type { Remedy } from './remedy.ts';

export const buildxPrune: Remedy = {
  id: 'buildx-prune',
  title: 'Empty the cache of a buildx builder',
  risk: 'safe',
  byHand: [
    'docker buildx ls   (names the builders)',
    'docker buildx du --builder NAME',
    'docker buildx prune --builder NAME',
    'docker buildx rm NAME   (only if the builder itself is no longer wanted: removes its volume)',
  ],
};
