import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { messagesOf, show } from './help/messages.ts';
import { said, says } from './help/said.ts';

export const kubeletAllocatableAccounting: Cause = {
  id: 'kubelet-allocatable-accounting',
  title: 'the node counts its ephemeral storage otherwise than the disk does',
  severity: 'warning',
  prevalence: 'C',
  about:
    "A node's allocatable ephemeral-storage is the capacity of the kubelet's file system less kube-reserved, system-reserved and the hard eviction threshold. " +
    'The scheduler fills that figure by what pods request, and the kubelet evicts when all pods together use more than it, whatever df shows: a reserve or a capacity that was read once, at the start, makes a roomy disk look full.',
  confirm:
    '`kubectl describe node`: Allocatable ephemeral-storage is far from the size of the file system less the reserves, or the sum of requests reaches it while df shows room.',
  lookAlikes: [
    { cause: 'k8s-node-pressure-eviction', tell: 'the file system itself has less left than the eviction threshold' },
    { cause: 'kubelet-wrong-filesystem', tell: 'the figures belong to another disk' },
    { cause: 'k8s-ephemeral-limit', tell: 'one pod went over a limit of its own' },
  ],
  nextCheck: {
    run: 'kubectl describe node',
    why: 'compare Capacity, Allocatable and Allocated of ephemeral-storage with df of /var/lib/kubelet',
  },
  remedies: ['k8s-set-ephemeral-requests', 'k8s-set-eviction-thresholds'],
  sources: ['kubernetes.io: Reserve compute resources', 'kubernetes pkg/kubelet/cm/node_container_manager_linux.go'],
  find(scene) {
    if (scene.from === 'host') return [];
    const scheduling = [
      ...messagesOf(scene, 'k8s-ephemeral-not-admitted'),
      ...scene.facts
        .all('mention', (mention) => mention.term === 'node-allocatable')
        .filter((fact) => /allocatableNodeFs/i.test(fact.quote)),
    ];
    const reserved = says(scene, 'node-allocatable');
    const storage = says(scene, 'ephemeral-storage');
    const evicted =
      says(scene, 'evicted', 'disk-pressure') || messagesOf(scene, 'k8s-evicted', 'k8s-disk-pressure').length > 0;
    if (scheduling.length === 0 && !(reserved && (storage || evicted))) return [];
    const disks = fileSystems(scene).filter((fs) => !fs.inContainer);
    const low = disks.some((fs) => fullness(fs) !== 'roomy');
    if (low && scheduling.length === 0) return [];
    const roomy = disks.find((fs) => fs.available / fs.size > 0.25);
    const contradiction = roomy !== undefined || says(scene, 'df-shows-space');
    return [
      {
        confidence: scheduling.length > 0 ? 'likely' : 'possible',
        severity: 'critical',
        subject: 'the node',
        evidence: [
          ...show(scheduling, 'the scheduler counts requests against allocatable'),
          ...(roomy ? [evidence(roomy.fact, 'the disk has room')] : []),
          ...said(scene, 'node-allocatable', 'ephemeral-storage', 'evicted', 'disk-pressure', 'df-shows-space'),
        ],
        explanation:
          'What the node may give to pods (allocatable ephemeral-storage: capacity less reserves) is counted apart from what the disk has free.',
        score: scheduling.length > 0 ? 82 : contradiction ? 70 : 52,
      },
    ];
  },
};
