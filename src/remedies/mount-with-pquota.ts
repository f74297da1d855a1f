import type { Remedy } from './remedy.ts';

export const mountWithPquota: Remedy = {
  id: 'mount-with-pquota',
  title: 'Mount the data root with project quotas',
  risk: 'downtime',
  byHand: [
    'xfs_info MOUNT   (it must be XFS, ftype=1)',
    'stop the engine',
    'add pquota to its options in /etc/fstab; for the root file system: rootflags=pquota on the kernel command line',
    'umount and mount it: remount is not enough; start the engine',
  ],
};
