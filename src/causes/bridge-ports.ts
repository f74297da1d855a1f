import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, symptomsOf } from './help/messages.ts';

export const bridgePorts: Cause = {
  id: 'bridge-ports',
  title: 'a Linux bridge has all of its 1023 ports in use',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Every container on a bridge network takes one port of the bridge, and a bridge has 1023. The next one fails with "exchange full". No disk is full.',
  confirm: 'The message `exchange full`; 1023 entries in /sys/class/net/BRIDGE/brif.',
  lookAlikes: [{ cause: 'docker-network-full', tell: 'addresses ran out, not ports' }],
  nextCheck: { run: 'ls /sys/class/net/docker0/brif', why: 'counts the ports of the bridge' },
  remedies: ['docker-second-network'],
  sources: ['kernel net/bridge/br_private.h (BR_MAX_PORTS)', 'moby/moby#31100'],
  find(scene) {
    return limitDrafts(scene, {
      limits: ['net.bridge.ports'],
      failed: [...messagesOf(scene, 'bridge-ports-exhausted'), ...symptomsOf(scene, 'EXFULL')],
      what: 'ports of a bridge',
      subject: 'ports of a bridge',
      meaning: 'A bridge has 1023 ports; no disk is full.',
      score: 90,
    });
  },
};
