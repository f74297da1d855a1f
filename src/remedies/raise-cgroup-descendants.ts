import type { Remedy } from './remedy.ts';

export const raiseCgroupDescendants: Remedy = {
  id: 'raise-cgroup-descendants',
  title: 'Raise the limit of descendants of the cgroup',
  risk: 'safe',
  byHand: [
    'cat cgroup.max.descendants cgroup.max.depth cgroup.stat on the way up from the failing path',
    'echo max > cgroup.max.descendants there',
  ],
};
