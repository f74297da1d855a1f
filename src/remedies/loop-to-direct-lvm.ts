import type { Remedy } from './remedy.ts';

export const loopToDirectLvm: Remedy = {
  id: 'loop-to-direct-lvm',
  title: 'Move Docker from a loop file to a thin pool on a device',
  risk: 'downtime',
  byHand: [
    'Save images and containers first (docker save, commit); they do not move by themselves.',
    'pvcreate and vgcreate on an empty disk (look with wipefs -n).',
    'lvcreate data with at most 70 to 80 % of the group and metadata with 1 %, then lvconvert --thinpool -c 512K: leave room for one autoextend step and for pmspare.',
    'A profile with thin_pool_autoextend_threshold=80 and _percent=20; lvchange --metadataprofile; lvs -o+seg_monitor must say monitored.',
    'Stop dockerd, move the old data root aside (do not delete it), set dm.thinpooldev, dm.use_deferred_removal and _deletion, start, docker info.',
    'docker load what was saved. Delete the old data root (destructive) only after that.',
  ],
  danger: 'The usual recipe of 95 % + 1 % leaves 4 % of the group: autoextend by 20 % can never succeed there.',
};
