import type { Remedy } from './remedy.ts';

export const restoreDockerDataRoot: Remedy = {
  id: 'restore-docker-data-root',
  title: 'Put the data root that belongs to the pool back',
  risk: 'downtime',
  byHand: [
    'Stop dockerd. Look for the moved directory (docker.bk, an old mount, a backup) that has devicemapper/metadata in it.',
    'Move the present data root aside and put the old one in its place, or mount what should have been mounted there.',
    'Start dockerd; docker images and docker ps -a show the old things again.',
  ],
};
