import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';

export const dockerAddressPools: Cause = {
  id: 'docker-address-pools',
  title: 'Docker has no address pool left for another network',
  severity: 'critical',
  prevalence: 'A',
  about:
    'Docker cuts a subnet for every bridge network out of its default pools: 31 networks in all. Compose projects leave networks behind; and a VPN route over 172.16.0.0/12 or 192.168.0.0/16 hides the pools at once, with no network used.',
  confirm:
    'The message `all predefined address pools have been fully subnetted` or `could not find an available, non-overlapping IPv4 address pool`; `docker network ls` counts about 31, or a route covers the pools.',
  lookAlikes: [{ cause: 'docker-network-full', tell: 'one network has no address left for another container' }],
  nextCheck: {
    run: 'docker network ls',
    why: 'about 31 networks: they are used up; few: a route (VPN) covers the pools, see `ip route`',
  },
  remedies: ['docker-network-prune', 'docker-smaller-address-pools'],
  prevention: 'default-address-pools with size 24 in daemon.json.',
  sources: ['moby/moby daemon/libnetwork/ipamutils/utils.go', 'moby/moby#21170'],
  find(scene) {
    const failed = messagesOf(scene, 'address-pools-exhausted');
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: 'Docker address pools',
        evidence: show(failed, 'Docker says that no pool is left'),
        explanation:
          'Docker found no free subnet for a new network: the default pools make 31 networks, and a VPN route can hide them all. No disk is full.',
        score: 92,
      },
    ];
  },
};
