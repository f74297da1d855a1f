import type { Remedy } from './remedy.ts';

export const dockerSecondNetwork: Remedy = {
  id: 'docker-second-network',
  title: 'Spread containers over a second bridge',
  risk: 'downtime',
  byHand: [
    'docker network create second',
    'Start new containers there, or use ipvlan or macvlan',
    'ls /sys/class/net/BRIDGE/brif: remove interfaces whose containers are gone',
  ],
};
