import type { Remedy } from './remedy.ts';

export const moveDataToVolume: Remedy = {
  id: 'move-data-to-volume',
  title: 'Write the data to a volume',
  risk: 'downtime',
  byHand: [
    'docker diff CONTAINER   (shows what it writes and where)',
    'docker volume create NAME',
    'docker cp CONTAINER:/PATH - | tar -x -C MOUNTPOINT-OF-THE-VOLUME',
    'recreate the container with -v NAME:/PATH',
  ],
  danger: 'Verify the copy before the old container is removed.',
};
