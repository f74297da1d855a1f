import type { Remedy } from './remedy.ts';

export const cleanHiddenStore: Remedy = {
  id: 'clean-hidden-store',
  title: 'Remove what the other image store holds',
  risk: 'destructive',
  byHand: [
    'docker info   (names the store in use)',
    'switch back ("features": {"containerd-snapshotter": false}, restart) and look at docker images and docker ps -a',
    'docker save what is wanted; docker image prune -a; switch forward again',
    'or, if nothing of it is wanted: stop docker, move overlay2 and image/overlay2 aside, start, test, delete',
  ],
  danger: 'Containers of the old store, with what they wrote, go too. Move aside before deleting.',
};
