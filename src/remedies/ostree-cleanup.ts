import type { Remedy } from './remedy.ts';

export const ostreeCleanup: Remedy = {
  id: 'ostree-cleanup',
  title: 'Remove old deployments',
  risk: 'destructive',
  byHand: ['rpm-ostree status', 'rpm-ostree cleanup --base --pending --rollback'],
  danger: 'The deployment to roll back to is gone.',
};
