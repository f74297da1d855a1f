import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';

export const dockerNetworkFull: Cause = {
  id: 'docker-network-full',
  title: 'a Docker network has no address left',
  severity: 'critical',
  prevalence: 'C',
  about:
    'Every endpoint of a network takes an address of its subnet; a small subnet, endpoints left by dead containers, or the virtual IPs of Swarm services use it up.',
  confirm:
    "`no available IPv4 addresses on this network's address pools`; endpoints and stale endpoints come to the size of the subnet.",
  lookAlikes: [
    { cause: 'docker-address-pools', tell: 'no subnet is left for a new network' },
    { cause: 'cni-host-local-exhausted', tell: 'Kubernetes: "no IP addresses available in range set"' },
  ],
  nextCheck: { run: 'docker network inspect bridge', why: 'shows the subnet and the endpoints that hold addresses' },
  remedies: ['docker-network-remove-endpoints'],
  sources: ['moby/moby daemon/libnetwork/endpoint.go', 'moby/moby daemon/libnetwork/ipamapi/contract.go'],
  find(scene) {
    const failed = messagesOf(scene, 'network-addresses-exhausted');
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: 'addresses of a Docker network',
        evidence: show(failed, 'Docker says that no address is left'),
        explanation: 'The network has no free address for another endpoint. No disk is full.',
        score: 90,
      },
    ];
  },
};
