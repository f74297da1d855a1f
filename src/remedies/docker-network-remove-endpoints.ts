import type { Remedy } from './remedy.ts';

export const dockerNetworkRemoveEndpoints: Remedy = {
  id: 'docker-network-remove-endpoints',
  title: 'Free addresses of a full network',
  risk: 'downtime',
  byHand: [
    'docker network inspect NAME: endpoints of containers that are gone',
    'docker network disconnect -f NAME CONTAINER',
    'If it is really full: make a network with a larger subnet and move the containers',
  ],
};
