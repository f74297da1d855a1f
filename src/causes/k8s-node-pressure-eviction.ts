import type { Fact } from '../probes/fact.ts';
import { sizeBytes } from '../probes/size.ts';
import type { Cause } from './cause.ts';
import { fileSystems } from './help/file-systems.ts';
import { GIB, size } from './help/format.ts';
import { messagesOf, show } from './help/messages.ts';
import { said, says } from './help/said.ts';

/** The all-clear, and events that other causes judge. */
const OTHER_EVENTS = /HasNoDiskPressure|EphemeralLimit|ImageGC|FreeDiskSpace/;
const PRESSURE = /disk ?pressure|low on resource|evicted|evictionthreshold|freediskspace|imagefs|nodefs/i;

export const k8sNodePressureEviction: Cause = {
  id: 'k8s-node-pressure-eviction',
  title: 'the kubelet evicts pods because a file system of the node is low',
  severity: 'critical',
  prevalence: 'A',
  about:
    'The kubelet watches two file systems, nodefs (its own directory, logs, emptyDir) and imagefs (images and writable layers), and evicts pods when less than 10 % or 15 % is free: long before a write fails, so df still shows room. ' +
    'The message does not say which of the two it was; the threshold divided by the capacity does: 0.10 is nodefs, 0.15 imagefs.',
  confirm:
    '`The node was low on resource: ephemeral-storage`, condition DiskPressure, taint node.kubernetes.io/disk-pressure; available below the threshold in /stats/summary.',
  lookAlikes: [
    { cause: 'k8s-ephemeral-limit', tell: 'one pod went over its own limit' },
    { cause: 'kubelet-wrong-filesystem', tell: 'the disk that is low is not the one the data lies on' },
    { cause: 'k8s-image-gc-cannot-free', tell: 'image garbage collection finds nothing to delete' },
  ],
  nextCheck: {
    run: 'kubectl describe node',
    why: 'shows DiskPressure and the taint; then df of /var/lib/kubelet and of the image store',
  },
  remedies: ['crictl-image-prune', 'k8s-free-node-disk', 'k8s-set-ephemeral-requests'],
  prevention: 'imageGCHighThresholdPercent 75-80, so that images go before pods; alert at 20 % free.',
  sources: ['kubernetes.io: Node-pressure eviction', 'kubernetes pkg/kubelet/eviction'],
  find(scene) {
    if (
      messagesOf(scene, 'k8s-ephemeral-limit').length > 0 &&
      messagesOf(scene, 'k8s-evicted', 'k8s-disk-pressure').length === 0
    )
      return [];
    const events = scene.facts.all(
      'pod-event',
      (event) =>
        !OTHER_EVENTS.test(event.reason) &&
        PRESSURE.test(`${event.reason} ${event.message}`) &&
        !/memory|pid/i.test(event.resource ?? ''),
    );
    const worded = messagesOf(scene, 'k8s-evicted', 'k8s-disk-pressure').filter(
      (fact) => !/^(?:memory|pids?)/i.test(String(fact.value.params['resource'] ?? '')),
    );
    const numbers = events.find((fact) => fact.value.threshold !== undefined);
    const threshold = numbers?.value.threshold ?? number(worded, 'threshold');
    const available = numbers?.value.available ?? number(worded, 'available');
    const which = whichFileSystem(scene, threshold);
    const known =
      threshold === undefined
        ? ''
        : ` Threshold ${size(threshold)}${available === undefined ? '' : `, available ${size(available)}`}${which}.`;
    if (events.length + worded.length > 0) {
      const proven = threshold !== undefined && available !== undefined && available < threshold;
      return [
        {
          confidence: 'likely',
          subject: 'the node',
          evidence: [
            ...show([...events, ...worded], 'the kubelet acts on low space', 3),
            ...said(scene, 'disk-pressure', 'evicted'),
          ],
          explanation: `The kubelet evicts pods because a file system it watches is low.${known} No write has failed yet: it acts with 10 to 15 % still free.`,
          score: proven ? 88 : 75,
        },
      ];
    }
    if (scene.from === 'host' || !says(scene, 'disk-pressure', 'evicted')) return [];
    const firm = says(scene, 'disk-pressure') || says(scene, 'ephemeral-storage');
    return [
      {
        confidence: 'possible',
        subject: 'the node',
        evidence: said(scene, 'evicted', 'disk-pressure', 'ephemeral-storage', 'kubernetes'),
        explanation:
          'Pods are evicted: the kubelet does that when nodefs has less than 10 % or imagefs less than 15 % free, while df still shows room.',
        // what fills the node, where the text names it, says more than the eviction
        score: firm ? 45 : 40,
      },
    ];
  },
};

function number(facts: readonly Fact<'message'>[], name: string): number | undefined {
  const value = facts.map((fact) => fact.value.params[name]).find((param) => param !== undefined);
  // bytes, or a Kubernetes quantity: 1883424Ki
  return typeof value === 'number' ? value : sizeBytes(value ?? '', 'si');
}

/** 10 % of a file system is the default of nodefs, 15 % that of imagefs. */
function whichFileSystem(scene: Parameters<Cause['find']>[0], threshold: number | undefined): string {
  if (threshold === undefined || threshold < GIB / 8) return '';
  const near = (share: number) =>
    fileSystems(scene).find((fs) => Math.abs(threshold - fs.size * share) < Math.max(fs.size * 0.002, fs.resolution));
  const node = near(0.1);
  const image = near(0.15);
  if (node && !image) return `: a tenth of ${node.mountpoint}, so nodefs`;
  if (image && !node) return `: 15 % of ${image.mountpoint}, so imagefs`;
  return '';
}
