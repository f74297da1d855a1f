import type { Remedy } from './remedy.ts';

export const squashImage: Remedy = {
  id: 'squash-image',
  title: 'Make the image with fewer layers',
  risk: 'safe',
  byHand: [
    'docker history IMAGE',
    'join RUN steps, or build in stages and copy the result',
    'docker export CONTAINER | docker import - NAME   (one layer; loses the metadata)',
  ],
};
