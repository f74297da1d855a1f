import type { Remedy } from './remedy.ts';

export const k8sSetEphemeralRequests: Remedy = {
  id: 'k8s-set-ephemeral-requests',
  title: 'Set requests for ephemeral storage',
  risk: 'safe',
  byHand: ['resources.requests.ephemeral-storage for every pod: those above their request are evicted first'],
};
