import type { Remedy } from './remedy.ts';

export const olderDockerToSaveImages: Remedy = {
  id: 'older-docker-to-save-images',
  title: 'Save images and containers with an older Docker',
  risk: 'downtime',
  byHand: [
    'Install the Docker version that ran before (below 25) and start it with the devicemapper driver.',
    'docker save the images; docker commit and save the containers whose changes matter; copy volumes.',
    'Check each archive, then upgrade and change the driver to overlay2.',
  ],
  danger: 'Do not delete the data root or the pool before the archives have been checked.',
};
