import type { Remedy } from './remedy.ts';

export const raiseUserQuota: Remedy = {
  id: 'raise-user-quota',
  title: 'Raise the quota of the user',
  risk: 'safe',
  byHand: [
    'repquota -as',
    'setquota -u USER SOFT HARD 0 0 MOUNT, or xfs_quota -x -c "limit bhard=50g USER" MOUNT',
    'NFS: on the server',
  ],
};
