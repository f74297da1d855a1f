import type { Remedy } from './remedy.ts';

export const recreateContainerLarger: Remedy = {
  id: 'recreate-container-larger',
  title: 'Recreate the container with a larger limit',
  risk: 'downtime',
  byHand: ['docker cp what is wanted out of it', 'docker run --storage-opt size=40G …'],
  danger: 'The writable layer of the old container is lost with it.',
};
