import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { containerdStore, driverFact, usageRows } from './help/engines.ts';
import { GIB, size } from './help/format.ts';
import { pruned, said, says, saysIn, textSeverity } from './help/said.ts';

export const dockerTwoStores: Cause = {
  id: 'docker-two-stores',
  title: 'Images of the store that is not in use are still on the disk',
  severity: 'warning',
  prevalence: 'A',
  about:
    "Docker has two image stores: the graph driver (overlay2) and containerd's. Switching from one to the other hides what is in the old one and leaves it on the disk: " +
    'docker images shows none of it, docker system df counts 0 B, and prune frees nothing.',
  confirm:
    'The driver in docker info is of one store, and the directory of the other (overlay2/, or io.containerd.snapshotter.v1.*/snapshots) is large.',
  lookAlikes: [
    { cause: 'overlay2-orphan-dirs', tell: 'the store in use is the one whose directory is large' },
    { cause: 'containerd-store-keeps-both', tell: 'both directories belong to containerd' },
  ],
  nextCheck: { run: 'docker info -f "{{.Driver}} {{.DriverStatus}}"', why: 'names the store in use' },
  remedies: ['clean-hidden-store'],
  sources: ['moby daemon/image_store_choice.go', 'docker/for-mac#7187'],
  explains: ['plain-fs-full', 'overlay2-orphan-dirs'],
  find(scene) {
    const modern = containerdStore(scene);
    const classic = driverFact(scene, /^(?:overlay2|btrfs|zfs|vfs|aufs|devicemapper|fuse-overlayfs)$/);
    const engine = modern ?? classic;
    if (!engine && scene.from === 'text') return fromText(scene);
    if (engine?.value.engine !== 'docker') return [];
    const hidden = modern
      ? /\/(?:overlay2|aufs\/diff|devicemapper|btrfs\/subvolumes)\/?$/
      : /io\.containerd\.snapshotter\.v1\.[a-z]+\/?(?:snapshots)?$/;
    const directory = scene.facts.last('directory-size', (value) => hidden.test(value.path) && value.bytes >= GIB);
    if (!directory) return [];
    // Kubernetes and nerdctl keep images of their own in containerd, which Docker never showed
    if (!modern && scene.facts.has('engine', (value) => value.engine === 'containerd' || value.engine === 'cri-o'))
      return [];
    const weight = weigh(scene, directory.value.bytes, directory.value.path);
    const empty =
      usageRows(scene).length > 0 &&
      usageRows(scene, 'images').every((row) => row.value.size < directory.value.bytes / 4);
    const draft: Draft = {
      confidence: 'likely',
      severity: weight.severity,
      subject: directory.value.path,
      evidence: [
        evidence(engine, `the store in use: ${modern ? 'containerd' : (classic?.value.driver ?? '')}`),
        evidence(directory, `the other store still holds ${size(directory.value.bytes)}`),
      ],
      explanation: `Docker uses ${modern ? 'the containerd image store' : `the ${classic?.value.driver} store`}, and ${directory.value.path} of the other one still holds ${size(directory.value.bytes)}${weight.words ? `, ${weight.words}` : ''}. No Docker command lists or removes it.`,
      score: scoreOf(weight.share, empty || modern ? 75 : 50),
    };
    return [draft];
  },
};

function fromText(scene: Scene): Draft[] {
  const store = saysIn(
    scene,
    /containerd[- ]?(?:image[- ]?store|snapshotter|store)|image store/i,
    'containerd',
    'docker',
  );
  if (
    !store ||
    !saysIn(scene, /overlay2/i, 'overlay2', 'orphan-layers') ||
    !(pruned(scene) || says(scene, 'space-not-returned', 'orphan-layers')) ||
    says(scene, 'kubernetes')
  )
    return [];
  return [
    {
      confidence: 'possible',
      severity: textSeverity(scene),
      subject: '/var/lib/docker/overlay2',
      evidence: [
        evidence(store, 'the other image store is spoken of'),
        ...said(scene, 'overlay2', 'space-not-returned'),
      ],
      explanation:
        'The image store was changed, and overlay2/ still takes space: what the old store holds is hidden, not gone.',
      score: 80,
    },
  ];
}
