import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';
import { said } from './help/said.ts';

export const cniHostLocalExhausted: Cause = {
  id: 'cni-host-local-exhausted',
  title: 'the node has no pod address left (CNI host-local)',
  severity: 'critical',
  prevalence: 'B',
  about:
    'The host-local plugin keeps one file for every address in use below /var/lib/cni/networks. A crash, or a disk that was once full (empty files), leaves files of pods that no longer exist, until no address is left and no pod starts.',
  confirm: '`no IP addresses available in range set`, and more files in /var/lib/cni/networks/NAME than sandboxes run.',
  lookAlikes: [{ cause: 'docker-network-full', tell: 'plain Docker' }],
  nextCheck: {
    run: 'find /var/lib/cni/networks -type f -size 0',
    why: 'empty files belong to no pod: they were written on a full disk',
  },
  remedies: ['cni-remove-stale-addresses'],
  sources: ['containernetworking/plugins#498', 'kubernetes/kubernetes#57280'],
  find(scene) {
    const failed = messagesOf(scene, 'cni-addresses-exhausted');
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: 'pod addresses of the node',
        evidence: [...show(failed, 'the plugin has no address left'), ...said(scene, 'kubernetes')],
        explanation:
          'The pod address range of the node is used up, usually by files of pods that are gone. No disk is full now, though a full disk may have caused it.',
        score: 92,
      },
    ];
  },
};
