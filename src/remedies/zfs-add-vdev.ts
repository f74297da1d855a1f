import type { Remedy } from './remedy.ts';

export const zfsAddVdev: Remedy = {
  id: 'zfs-add-vdev',
  title: 'Add disks to the ZFS pool',
  risk: 'safe',
  byHand: ['zpool add -n POOL mirror /dev/A /dev/B: look at what it would do', 'The same without -n'],
  danger: 'Adding a vdev cannot be undone on pools with raidz.',
};
