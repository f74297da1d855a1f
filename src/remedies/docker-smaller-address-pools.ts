import type { Remedy } from './remedy.ts';

export const dockerSmallerAddressPools: Remedy = {
  id: 'docker-smaller-address-pools',
  title: "Cut Docker's address pools into smaller networks",
  risk: 'downtime',
  byHand: [
    'daemon.json: "default-address-pools": [{"base": "172.16.0.0/12", "size": 24}] (choose a base that no VPN or LAN uses)',
    'Restart the daemon; existing networks keep their subnets',
  ],
};
