import type { Fact } from '../probes/fact.ts';
import { writtenAt } from '../stack/mounts.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { duGap } from './help/du-gap.ts';
import { fileSystems, fullFileSystems, fullness, holding } from './help/file-systems.ts';
import { GIB, MIB, size } from './help/format.ts';
import { under } from './help/paths.ts';
import { said, says, saysIn, textSeverity } from './help/said.ts';

/** Deleted on purpose and in memory: memfd, System V segments, GPU buffers. */
const NORMAL =
  /^\/?(?:memfd:|SYSV|dev\/zero|dev\/shm\/|dev\/dri|i915|drm mm|anon_inode|\[aio\])|^\/memfd:|^\/run\/|^\/proc\//;

/** Somebody removed files: `deleted`, `rm -f`, `rotated away`. */
const REMOVED =
  /\b(?:delet|remov|rotat)\w*[^.\n]{0,40}\b(?:files?|logs?|dumps?|backups?)\b|\brm (?:-\w+ )?[^\n]{0,40}(?:log|file)|\bwith rm\b/i;

export const deletedButOpen: Cause = {
  id: 'deleted-but-open',
  title: 'Deleted files are still held open',
  severity: 'warning',
  prevalence: 'A',
  about:
    'A deleted file gives its space back only when the last process that has it open closes it. A log that was removed with rm, or a download that the daemon never closed, ' +
    'goes on filling the disk without a name: df counts it, du cannot find it.',
  confirm: 'lsof +L1, or the links in /proc/PID/fd that end in "(deleted)", show files of the size that is missing.',
  lookAlikes: [
    { cause: 'hidden-under-mountpoint', tell: 'no deleted file is open; files lie below a mount point' },
    { cause: 'snapshots-hold-space', tell: 'btrfs, ZFS or LVM snapshots exist' },
    { cause: 'root-reserve', tell: 'used is as du says; size is more than used + available' },
  ],
  nextCheck: { run: 'lsof -nP +L1', why: 'lists deleted files that are open, with size and process' },
  remedies: ['release-deleted', 'truncate-deleted-file'],
  prevention: 'Rotate with copytruncate or a signal to the program; never rm a log that is being written.',
  sources: ['unlink(2)', 'proc(5)', 'moby/moby#36765'],
  explains: ['plain-fs-full'],
  find(scene) {
    const held = scene.from === 'host' ? onOneFileSystem(scene, uniqueHeld(scene)) : uniqueHeld(scene);
    const bytes = held.reduce((sum, fact) => sum + (fact.value.size ?? 0), 0);
    const gap = duGap(scene);
    if (bytes >= 100 * MIB) return ofFiles(scene, held, bytes);
    // lsof without sizes: what is missing in du makes up for it
    if (
      gap &&
      (held.length > 0 ||
        scene.facts.has('command', (command) => command.program === 'lsof') ||
        says(scene, 'deleted-files-held-open'))
    )
      return [ofGap(scene, gap, held, 'likely', 82)];
    if (scene.from === 'host') return gap ? [ofGap(scene, gap, held, 'possible', 40)] : [];
    if (
      held.length > 0 &&
      bytes === 0 &&
      says(scene, 'du-does-not-explain', 'space-not-returned', 'deleted-files-held-open')
    )
      return [
        {
          confidence: 'likely',
          severity: textSeverity(scene),
          subject: holderOf(scene, held),
          evidence: held.slice(0, 3).map((fact) => evidence(fact, 'deleted and still open')),
          explanation: `${held.length} deleted files are still held open by ${holderOf(scene, held)}.`,
          score: 75,
        },
      ];
    if (gap) {
      // the file system is full, and most of what fills it has no name
      const full = fullFileSystems(scene).some((fs) => fs.mountpoint === gap.mountpoint);
      return [ofGap(scene, gap, held, full && gap.found < gap.used / 2 ? 'likely' : 'possible', 70)];
    }
    const words = said(scene, 'deleted-files-held-open', 'du-does-not-explain');
    const removed = scene.facts.first('command', (command) => command.program === 'rm');
    if (removed && words.length === 0 && says(scene, 'space-not-returned'))
      return [
        {
          confidence: 'possible',
          severity: textSeverity(scene),
          subject: 'deleted files that are open',
          evidence: [evidence(removed, 'files were removed'), ...said(scene, 'space-not-returned')],
          explanation:
            'Files were removed with rm and the space did not come back: something (a process, a loop device) still has them open.',
          score: 76,
        },
      ];
    if (words.length === 0) return [];
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: 'deleted files that are open',
        evidence: words,
        explanation: 'df counts more than du finds: deleted files that a process still has open are the usual reason.',
        score: says(scene, 'deleted-files-held-open')
          ? 74
          : saysIn(scene, REMOVED, 'space-not-returned', 'du-does-not-explain', 'container-logs')
            ? 74
            : 48,
      },
    ];
  },
};

/** One fact for each file, however many processes and descriptors hold it; the largest first. */
function uniqueHeld(scene: Scene): Fact<'open-deleted'>[] {
  const files = new Map<string, Fact<'open-deleted'>>();
  const held = scene.facts.all('open-deleted', ({ path }) => !NORMAL.test(path));
  // those with a device are told apart by inode, and all of the host's: a log deleted at each rotation has one path
  const exact = held.filter(({ value }) => value.device !== undefined);
  if (exact.length > 0) return exact.sort((a, b) => (b.value.size ?? 0) - (a.value.size ?? 0));
  for (const fact of held) {
    const known = files.get(fact.value.path);
    if (!known || (known.value.size ?? 0) < (fact.value.size ?? 0)) files.set(fact.value.path, fact);
  }
  return [...files.values()].sort((a, b) => (b.value.size ?? 0) - (a.value.size ?? 0));
}

/**
 * Where the host has the file. A process in a container names it from its own root, so the device tells:
 * that of an overlay leads to its upper directory.
 */
function placeOf(scene: Scene, { path, device }: Fact<'open-deleted'>['value']): string {
  const mount = mountOfDevice(scene, device);
  if (mount === undefined || (mount.fstype !== 'overlay' && under(path, mount.target))) return path;
  return writtenAt(scene.facts, mount.target);
}

function mountOfDevice(scene: Scene, device: string | undefined): Fact<'mount'>['value'] | undefined {
  if (device === undefined) return undefined;
  return scene.facts.last('mount', (one) => one.pid === undefined && one.majmin === device)?.value;
}

/** The container that has the file in its own file system. */
function containerOf(scene: Scene, device: string | undefined): string | undefined {
  const mount = mountOfDevice(scene, device);
  if (mount?.fstype !== 'overlay') return undefined;
  return scene.facts.first('container', (one) => one.driverData?.['MergedDir'] === mount.target)?.value.name;
}

/** The files that one file system lacks: a full one's, else where they take most. */
function onOneFileSystem(scene: Scene, held: Fact<'open-deleted'>[]): Fact<'open-deleted'>[] {
  const groups = new Map<string, { full: boolean; bytes: number; held: Fact<'open-deleted'>[] }>();
  for (const fact of held) {
    const fs = holding(scene, placeOf(scene, fact.value));
    const key = fs?.mountpoint ?? '';
    const group = groups.get(key) ?? { full: fs !== undefined && fullness(fs) === 'full', bytes: 0, held: [] };
    group.bytes += fact.value.size ?? 0;
    group.held.push(fact);
    groups.set(key, group);
  }
  const weight = (group: { full: boolean; bytes: number }): number =>
    (group.full && group.bytes >= 100 * MIB ? 2 ** 60 : 0) + group.bytes;
  return [...groups.values()].sort((a, b) => weight(b) - weight(a))[0]?.held ?? [];
}

function holderOf(scene: Scene, held: Fact<'open-deleted'>[]): string {
  const nameOf = ({ program, pid, device }: Fact<'open-deleted'>['value']): string => {
    if (program !== undefined) return program;
    if (pid === undefined) return 'a process';
    const container = containerOf(scene, device);
    if (container !== undefined) return `process ${pid} of container ${container}`;
    return scene.facts.first('process', (one) => one.pid === pid)?.value.program ?? `process ${pid}`;
  };
  const names = [...new Set(held.map((fact) => nameOf(fact.value)))];
  return names.length > 2 ? `${names.slice(0, 2).join(', ')} and others` : names.join(' and ');
}

function ofFiles(scene: Scene, held: Fact<'open-deleted'>[], bytes: number): Draft[] {
  const first = held[0];
  if (!first) return [];
  const weight = weigh(scene, bytes, placeOf(scene, first.value));
  const onFull =
    weight.full ||
    (scene.from === 'host' && fullFileSystems(scene).length > 0 && bytes >= GIB && weight.fs === undefined);
  return [
    {
      confidence: weight.confidence === 'confirmed' ? 'confirmed' : 'likely',
      severity:
        scene.from === 'host'
          ? onFull && (weight.share ?? 1) >= 0.05
            ? 'critical'
            : bytes >= GIB
              ? 'warning'
              : 'notice'
          : weight.severity,
      subject: holderOf(scene, held),
      evidence: held.slice(0, 5).map((fact) => evidence(fact, `deleted, open, ${size(fact.value.size ?? 0)}`)),
      explanation: `${held.length} deleted ${held.length === 1 ? 'file is' : 'files are'} still held open by ${holderOf(scene, held)} and ${held.length === 1 ? 'takes' : 'take'} ${size(bytes)}${weight.words ? ` (${weight.words})` : ''}. No directory shows them.`,
      score: 88,
    },
  ];
}

function ofGap(
  scene: Scene,
  gap: NonNullable<ReturnType<typeof duGap>>,
  held: Fact<'open-deleted'>[],
  confidence: 'likely' | 'possible',
  score: number,
): Draft {
  return {
    confidence,
    severity:
      scene.from === 'text'
        ? textSeverity(scene)
        : fileSystems(scene).some((fs) => fs.mountpoint === gap.mountpoint && fs.available < fs.size * 0.05)
          ? 'warning'
          : 'notice',
    subject: gap.mountpoint,
    evidence: [...gap.evidence, ...held.slice(0, 3).map((fact) => evidence(fact, 'deleted and still open'))],
    explanation: `df counts ${size(gap.used)} on ${gap.mountpoint}, du finds ${size(gap.found)}: ${size(gap.used - gap.found)} have no name any more.`,
    score,
  };
}
