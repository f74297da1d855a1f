import type { Remedy } from './remedy.ts';

export const raiseProjectQuota: Remedy = {
  id: 'raise-project-quota',
  title: 'Raise the size limit of a container',
  risk: 'safe',
  byHand: [
    'xfs_quota -x -c "report -p -N -b" MOUNT   (find the project)',
    'xfs_quota -x -c "limit -p bsoft=20g bhard=20g ID" MOUNT   (both: Docker sets both, and df goes by the soft one)',
    'Docker does not know of it: a container made anew has its old size again',
  ],
};
