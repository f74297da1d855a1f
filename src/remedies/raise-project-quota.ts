import type { Remedy } from './remedy.ts';

export const raiseProjectQuota: Remedy = {
  id: 'raise-project-quota',
  title: 'Raise the size limit of a container',
  risk: 'safe',
  byHand: [
    'xfs_quota -x -c "report -p -N -b" MOUNT   (find the project)',
    'xfs_quota -x -c "limit -p bhard=20g ID" MOUNT   (until the container is recreated)',
  ],
};
