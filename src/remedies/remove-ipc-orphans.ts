import type { Remedy } from './remedy.ts';

export const removeIpcOrphans: Remedy = {
  id: 'remove-ipc-orphans',
  title: 'Remove System V objects nobody uses',
  risk: 'destructive',
  byHand: ['ipcs -s -p, ipcs -m -p: owners and last processes', 'ipcrm -s ID for those whose processes are gone'],
  danger: 'An object that is still in use breaks its program.',
};
