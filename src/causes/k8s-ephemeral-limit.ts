import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';
import { said } from './help/said.ts';

export const k8sEphemeralLimit: Cause = {
  id: 'k8s-ephemeral-limit',
  title: 'a pod went over its own limit of ephemeral storage',
  severity: 'warning',
  prevalence: 'A',
  about:
    'Writable layer, logs and emptyDir volumes of a pod count against its ephemeral-storage limit; an emptyDir may have a sizeLimit of its own. The kubelet measures now and then and evicts the pod that is over. ' +
    "The node's disk need not be low at all.",
  confirm:
    '`Pod ephemeral local storage usage exceeds the total limit of containers`, `Usage of EmptyDir volume … exceeds the limit`, `Container … exceeded its local ephemeral storage limit`.',
  lookAlikes: [
    {
      cause: 'k8s-node-pressure-eviction',
      tell: '"The node was low on resource": the node is short, not the pod over its limit',
    },
  ],
  nextCheck: {
    run: 'kubectl get events --field-selector reason=Evicted -A',
    why: 'the message names the limit and the volume',
  },
  remedies: ['k8s-raise-ephemeral-limit'],
  sources: ['kubernetes.io: Local ephemeral storage', 'kubernetes pkg/kubelet/eviction/eviction_manager.go'],
  find(scene) {
    const worded = messagesOf(scene, 'k8s-ephemeral-limit');
    const events = scene.facts.all('pod-event', (event) =>
      /exceeds? the (?:total )?limit|exceeded its local ephemeral/i.test(event.message),
    );
    if (worded.length + events.length === 0) return [];
    return [
      {
        confidence: 'likely',
        severity: scene.from === 'text' ? 'critical' : 'warning',
        subject: 'a pod',
        evidence: [...show([...worded, ...events], 'the pod is over its limit'), ...said(scene, 'ephemeral-storage')],
        explanation:
          "The pod used more ephemeral storage (writable layer, logs, emptyDir) than its own limit allows and was evicted. The node's disk need not be low.",
        score: 90,
      },
    ];
  },
};
