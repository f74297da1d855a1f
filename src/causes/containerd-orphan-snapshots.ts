import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { GIB, size } from './help/format.ts';
import { failures, said, says, saysIn, textSeverity, troubled } from './help/said.ts';

const SNAPSHOTS = /io\.containerd\.snapshotter\.v1\.[a-z]+(?:\/snapshots(?:\/\d+)?)?(?:\/|$)/;
const ONE_SNAPSHOT = /io\.containerd\.snapshotter\.v1\.[a-z]+\/snapshots\/\d+/;

export const containerdOrphanSnapshots: Cause = {
  id: 'containerd-orphan-snapshots',
  title: 'containerd snapshots that no image or container uses',
  severity: 'warning',
  prevalence: 'C',
  about:
    'containerd removes a snapshot when nothing refers to it: no container, no image, no lease. When the reference stays in its database, or the directory stays after the ' +
    'entry is gone, snapshots pile up below io.containerd.snapshotter.v1.*, and crictl and kubectl show nothing of it.',
  confirm:
    'ctr -n k8s.io snapshots ls lists keys that belong to no container and no image, or directories exist without a key.',
  lookAlikes: [
    { cause: 'images-unused', tell: 'many images are listed: their layers are those snapshots' },
    { cause: 'containerd-leases-pin-content', tell: 'ctr leases ls shows old leases' },
    { cause: 'docker-two-stores', tell: 'the namespace is moby' },
  ],
  nextCheck: {
    run: 'ctr -n k8s.io snapshots ls',
    why: 'compare the keys with ctr -n k8s.io containers ls and the chains of the images',
  },
  remedies: ['clean-containerd-snapshots', 'crictl-image-prune'],
  sources: ['containerd docs/garbage-collection.md', 'containerd/containerd#13416'],
  explains: ['plain-fs-full'],
  find(scene) {
    const sizes = scene.facts.all('directory-size', (value) => SNAPSHOTS.test(value.path));
    const total = Math.max(0, ...sizes.map((fact) => fact.value.bytes));
    const keyed = scene.facts.all('snapshot');
    const known = keyed.reduce((sum, fact) => sum + (fact.value.size ?? 0), 0);
    const whole = sizes.find((fact) => fact.value.bytes === total && !ONE_SNAPSHOT.test(fact.value.path));
    if (whole && keyed.length > 0 && known > 0 && total - known >= GIB && total > known * 1.5)
      return [ofGap(scene, whole.value.path, total, known, whole)];
    return scene.from === 'host' ? [] : fromText(scene, sizes);
  },
};

/** Somebody counts the snapshots: `ctr -n k8s.io snapshots ls | wc -l`, in a command or in a sentence. */
function listing(scene: Scene): Fact | undefined {
  return (
    scene.facts.first(
      'command',
      (command) =>
        /^(?:ctr|nerdctl)$/.test(command.program) &&
        /\bsnap(?:shots?)? (?:ls|list|usage)\b/.test(command.words.join(' ')),
    ) ??
    saysIn(
      scene,
      /\bctr\b.{0,60}\bsnapshots? (?:ls|list|usage)\b/i,
      'containerd',
      'orphan-layers',
      'everything-was-pruned',
    )
  );
}

function ofGap(scene: Scene, path: string, total: number, known: number, fact: Fact): Draft {
  const weight = weigh(scene, total - known, path);
  return {
    confidence: 'likely',
    severity: weight.severity,
    subject: path,
    evidence: [evidence(fact, `${size(total)} on disk, ${size(known)} known to containerd`)],
    explanation: `${path} holds ${size(total)}, containerd's database knows ${size(known)} of it.`,
    score: 70,
  };
}

function fromText(scene: Scene, sizes: Fact<'directory-size'>[]): Draft[] {
  const one = sizes.find((fact) => ONE_SNAPSHOT.test(fact.value.path));
  const failing = failures(scene, ['ENOSPC'], SNAPSHOTS)[0];
  const stays = says(scene, 'orphan-layers', 'space-not-returned', 'everything-was-pruned');
  const containerd = says(scene, 'containerd') || sizes.length > 0;
  const listed = listing(scene);
  if (!containerd || (!one && !stays && !(listed && troubled(scene))) || says(scene, 'devicemapper', 'direct-lvm'))
    return [];
  const evidences = [
    ...(one ? [evidence(one, 'one snapshot is being looked into')] : []),
    ...(failing ? [evidence(failing, 'a snapshot could not be written')] : []),
    ...(listed ? [evidence(listed, 'the snapshots of containerd were listed')] : []),
    ...said(scene, 'containerd', 'orphan-layers', 'space-not-returned'),
  ];
  return [
    {
      confidence: one ? 'likely' : 'possible',
      severity: textSeverity(scene),
      subject: one?.value.path ?? 'io.containerd.snapshotter.v1.*/snapshots',
      evidence: evidences,
      explanation:
        'Snapshots of containerd stay after their containers are gone: something still refers to them, or their directories have lost their entry.',
      score:
        (one ? 70 : 55) +
        (says(scene, 'orphan-layers') ? 8 : 0) +
        (listed ? 20 : 0) -
        (says(scene, 'many-images') && !says(scene, 'orphan-layers') ? 25 : 0),
    },
  ];
}
