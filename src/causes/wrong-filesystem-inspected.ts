import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { dataRoots } from './help/engines.ts';
import { fileSystems, fullness, holding } from './help/file-systems.ts';
import { size } from './help/format.ts';
import { failures, said, says, textSeverity } from './help/said.ts';

export const wrongFilesystemInspected: Cause = {
  id: 'wrong-filesystem-inspected',
  title: 'The full file system is not the one that was looked at',
  severity: 'notice',
  prevalence: 'A',
  about:
    "df / shows room, but the failing write went to another file system: the data root on its own disk, /var/tmp, a tmpfs, a volume, or the container's own view. " +
    'Tools err the same way: a kubelet that watches one disk while images and logs lie on another evicts for the wrong one.',
  confirm: 'findmnt -T of the failing path and of the path that was looked at name different file systems.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the same file system holds both paths' }],
  nextCheck: { run: 'findmnt -T /var/lib/docker', why: 'names the file system that really holds the data root' },
  remedies: ['inspect-right-file-system'],
  sources: ['containers/podman#11107', 'kubernetes/kubernetes#60558', 'findmnt(8)'],
  find(scene) {
    return [...fromRows(scene), ...fromText(scene)];
  },
};

/** `/` has room, the full file system that holds a data root or failing path is another. */
function fromRows(scene: Scene): Draft[] {
  const root = holding(scene, '/');
  if (!root || fullness(root) !== 'roomy') return [];
  const paths = [
    ...dataRoots(scene),
    ...failures(scene).flatMap((fact) => (fact.value.path?.startsWith('/') ? [fact.value.path] : [])),
  ];
  const seen = new Set<string>();
  return paths.flatMap((path) => {
    const fs = holding(scene, path);
    if (!fs || fs.mountpoint === '/' || fs.source === root.source || fullness(fs) !== 'full' || seen.has(fs.mountpoint))
      return [];
    seen.add(fs.mountpoint);
    const draft: Draft = {
      confidence: 'likely',
      severity: 'notice',
      subject: fs.mountpoint,
      evidence: [evidence(fs.fact, 'this one is full'), evidence(root.fact, 'this one has room')],
      explanation: `${path} lies on ${fs.mountpoint} (${size(fs.available)} left), not on /, which has ${size(root.available)} left.`,
      score: 30,
    };
    return [draft];
  });
}

/** Evicted for a disk that is not the one in use, or prose that speaks of two disks. */
function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const pressure =
    says(scene, 'disk-pressure', 'evicted') ||
    scene.facts.has('message', (value) => value.id === 'k8s-disk-pressure' || value.id === 'k8s-evicted');
  const disks = new Set(
    scene.facts.all('block', (block) => /^(?:disk|part|lvm)$/.test(block.type)).map((fact) => fact.value.name),
  );
  const roomy = fileSystems(scene).some((fs) => fullness(fs) === 'roomy');
  if (!pressure || (!says(scene, 'df-shows-space') && !roomy && disks.size < 2)) return [];
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: 'the disk that is watched',
      evidence: said(scene, 'disk-pressure', 'evicted', 'df-shows-space'),
      explanation:
        'Pods are evicted for disk pressure while a disk has room: the kubelet may watch another file system (or divide by the wrong capacity) than the one that holds the data.',
      nextCheck: {
        run: 'kubectl get --raw /api/v1/nodes/NODE/proxy/stats/summary',
        why: 'node.fs and runtime.imageFs name capacity and use of what the kubelet watches',
      },
      score: disks.size >= 2 || says(scene, 'df-shows-space') ? 78 : 40,
    },
  ];
}
