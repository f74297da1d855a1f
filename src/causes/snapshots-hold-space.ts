import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { scoreOf } from './help/consumer.ts';
import { fileSystems, fullFileSystems, fullness } from './help/file-systems.ts';
import { GIB, share, size } from './help/format.ts';
import { said, says, textSeverity } from './help/said.ts';

export const snapshotsHoldSpace: Cause = {
  id: 'snapshots-hold-space',
  title: 'Snapshots keep what was deleted',
  severity: 'warning',
  prevalence: 'B',
  about:
    'snapper, timeshift, automatic ZFS snapshots or LVM snapshots of the file system that holds the data root keep every layer, log and package that was ever there. ' +
    'Deleting files frees nothing: df counts what du cannot find.',
  confirm:
    'btrfs subvolume list -s, zfs list -t snapshot or snapper list shows snapshots, and their own space is a good part of the disk.',
  lookAlikes: [
    { cause: 'deleted-but-open', tell: 'lsof +L1 lists the missing size' },
    { cause: 'hidden-under-mountpoint', tell: 'no snapshots exist' },
    { cause: 'btrfs-deleted-subvolume-lag', tell: 'deleted subvolumes are still being cleaned' },
  ],
  nextCheck: { run: 'btrfs subvolume list -s /', why: 'lists snapshots; on ZFS: zfs list -t snapshot -o name,used' },
  remedies: ['delete-snapshots'],
  prevention:
    "The data root on a subvolume or dataset of its own that is not snapshotted; a limit in snapper's configuration.",
  sources: ['btrfs-subvolume(8)', 'snapper(8)', 'zfsprops(7) usedbysnapshots', 'moby/moby#41055'],
  explains: ['plain-fs-full'],
  find(scene) {
    const drafts = [...ofZfs(scene), ...ofBtrfs(scene)];
    return drafts.length > 0 ? drafts : fromText(scene);
  },
};

function ofZfs(scene: Scene): Draft[] {
  const held = scene.facts
    .all('zfs-dataset', (dataset) => (dataset.usedBySnapshots ?? 0) >= GIB)
    .sort((a, b) => (b.value.usedBySnapshots ?? 0) - (a.value.usedBySnapshots ?? 0))[0];
  if (!held) return [];
  const bytes = held.value.usedBySnapshots ?? 0;
  const whole = held.value.used + held.value.available;
  const part = whole > 0 ? bytes / whole : 0;
  const tight = whole > 0 && held.value.available / whole < 0.1;
  if (part < 0.1 && bytes < held.value.used * 0.2) return [];
  return [
    {
      confidence: 'likely',
      severity: scene.from === 'text' ? textSeverity(scene) : tight && part >= 0.2 ? 'critical' : 'notice',
      subject: held.value.name,
      evidence: [evidence(held, `snapshots hold ${size(bytes)}`)],
      explanation: `Snapshots of ${held.value.name} hold ${size(bytes)}, ${share(bytes, whole)} of what the dataset can have.`,
      score: scoreOf(part, 60),
    },
  ];
}

function ofBtrfs(scene: Scene): Draft[] {
  const list = scene.facts.last('btrfs-subvolumes', (value) => (value.snapshots ?? 0) > 0);
  const count = list?.value.snapshots ?? 0;
  if (!list || count < 3) return [];
  const fs = fileSystems(scene).find(
    (one) => one.type === 'btrfs' && (list.value.path === undefined || one.mountpoint === list.value.path),
  );
  const tight = fs !== undefined && fullness(fs) !== 'roomy';
  // Docker's and Podman's btrfs driver makes a snapshot for each layer: those are no one's backups
  const engine = scene.facts.has('engine', (value) => value.driver === 'btrfs') || says(scene, 'docker');
  if (engine && !says(scene, 'snapshots')) return [];
  if (scene.from === 'host' && !tight) return [];
  return [
    {
      confidence: 'likely',
      severity: scene.from === 'text' ? textSeverity(scene) : 'warning',
      subject: list.value.path ?? fs?.mountpoint ?? 'btrfs',
      evidence: [evidence(list, `${count} snapshots`), ...said(scene, 'snapshots')],
      explanation: `${count} snapshots exist${fs ? ` on ${fs.mountpoint}, which has ${size(fs.available)} left` : ''}: what they hold does not return when files are deleted.`,
      score: 65,
    },
  ];
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const spoken = says(scene, 'snapshots') && !says(scene, 'firecracker', 'containerd', 'kubernetes');
  const unexplained = says(scene, 'du-does-not-explain');
  // servers keep deleted files open for months; a desktop is restarted, and its system makes snapshots
  const desktop =
    unexplained &&
    !says(scene, 'docker', 'podman', 'containerd', 'kubernetes', 'deleted-files-held-open', 'container-logs') &&
    !scene.facts.has('engine') &&
    !scene.facts.has('open-deleted');
  if (!spoken && !desktop) return [];
  const full = spoken ? fullFileSystems(scene)[0] : undefined;
  return [
    {
      confidence: full ? 'likely' : 'possible',
      severity: textSeverity(scene),
      subject: 'snapshots of the file system',
      evidence: [
        ...said(scene, 'snapshots', 'du-does-not-explain', 'space-not-returned'),
        ...(full ? [evidence(full.fact, 'the file system is full')] : []),
      ],
      explanation:
        'What fills the disk does not show in any directory: snapshots that the system makes by itself keep every deleted file.',
      score: spoken && (unexplained || says(scene, 'space-not-returned')) ? 74 : spoken ? 56 : 52,
    },
  ];
}
