import type { Remedy } from './remedy.ts';

export const removeOrphans: Remedy = {
  id: 'remove-orphans',
  title: 'Remove layer directories without an owner',
  risk: 'destructive',
  byHand: [
    'docker builder prune -a   (build cache has directories there, rightly)',
    'stop the engine',
    'compare the directories with image/*/layerdb (cache-id, mount-id, init-id)',
    'move the ones without owner aside, start, test every container; delete later',
    'surest: save what matters, stop, empty the data root, start, pull again',
  ],
  danger: 'A directory taken by mistake breaks every image above it.',
};
