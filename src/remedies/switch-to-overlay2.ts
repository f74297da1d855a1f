import type { Remedy } from './remedy.ts';

export const switchToOverlay2: Remedy = {
  id: 'switch-to-overlay2',
  title: 'Change to the overlay2 driver',
  risk: 'downtime',
  byHand: [
    'Save what is wanted while the old driver still works: docker save images, docker commit or export containers, and copy volumes; check that each archive can be read.',
    'Look at the file system of the data root: xfs needs ftype=1 (xfs_info); ext4 is fine.',
    'Stop dockerd and set "storage-driver": "overlay2" in daemon.json; remove all dm.* storage-opts.',
    'Start dockerd, docker load the images, create the containers again.',
    'Only when everything works: destroy the old pool and its files (destructive).',
  ],
  danger: 'After the change the old images and containers are not visible to Docker any more, though still on disk.',
};
