import type { Remedy } from './remedy.ts';

export const dockerNetworkPrune: Remedy = {
  id: 'docker-network-prune',
  title: 'Remove networks no container uses',
  risk: 'safe',
  byHand: ['docker network ls', 'docker network prune (only unused ones; compose makes its own again)'],
};
