import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { messagesOf, show } from './help/messages.ts';
import { said, says } from './help/said.ts';

export const kubeletWrongFilesystem: Cause = {
  id: 'kubelet-wrong-filesystem',
  title: 'the kubelet judges by another file system than the one the data lies on',
  severity: 'warning',
  prevalence: 'C',
  about:
    'When images, pod data and logs lie on different disks, the kubelet may not tell imagefs and nodefs apart (older versions, devicemapper, a moved data root, symbolic links) and evicts by the smaller or the wrong one. ' +
    'Then pods are evicted for DiskPressure while the disk they write to has hundreds of gigabytes free.',
  confirm:
    '/stats/summary of the kubelet: node.fs and node.runtime.imageFs show the same device although two are in use, or the capacity of another disk.',
  lookAlikes: [
    { cause: 'k8s-node-pressure-eviction', tell: 'the file system the kubelet watches really is low' },
    { cause: 'wrong-filesystem-inspected', tell: 'a person looked at the wrong df row' },
  ],
  nextCheck: {
    run: 'kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary',
    why: 'compare node.fs and node.runtime.imageFs with df on the node',
  },
  remedies: ['k8s-one-disk-for-kubelet', 'k8s-set-eviction-thresholds'],
  sources: ['kubernetes/kubernetes#60558', 'kubernetes.io: Node-pressure eviction, file system signals'],
  find(scene) {
    if (scene.from === 'host') return [];
    const events = [
      ...messagesOf(scene, 'k8s-evicted', 'k8s-disk-pressure'),
      ...scene.facts.all('pod-event', (event) =>
        /disk ?pressure|evict|low on resource/i.test(`${event.reason} ${event.message}`),
      ),
    ];
    if (events.length === 0 && !says(scene, 'disk-pressure', 'evicted')) return [];
    const disks = fileSystems(scene).filter((fs) => !fs.inContainer);
    const roomy = disks.find((fs) => fullness(fs) === 'roomy' && fs.available / fs.size > 0.2);
    const room = roomy !== undefined && disks.every((fs) => fs.available / fs.size > 0.15);
    const worded = says(scene, 'df-shows-space', 'two-disks');
    if (!room && !worded) return [];
    return [
      {
        confidence: 'possible',
        severity: 'critical',
        subject: 'the kubelet',
        evidence: [
          ...show(events, 'pods are evicted for disk space'),
          ...(roomy ? [evidence(roomy.fact, 'the disk has room')] : []),
          ...said(scene, 'disk-pressure', 'evicted', 'two-disks', 'df-shows-space'),
        ],
        explanation:
          'Pods are evicted for disk space although a disk with much room holds their data: the kubelet judges by another file system.',
        score: says(scene, 'two-disks') ? 76 : 60,
      },
    ];
  },
};
