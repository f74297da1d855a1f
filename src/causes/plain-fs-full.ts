import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { btrfsFileSystems } from './help/btrfs-sources.ts';
import { isContainerVolume } from './help/docker-volumes.ts';
import { dataRoots } from './help/engines.ts';
import { type FileSystem, fullFileSystems, holding, isInMemory, isOverlay, NOTHING_LEFT } from './help/file-systems.ts';
import { share, size } from './help/format.ts';
import { kernelEvents, saysNoSpace } from './help/messages.ts';
import { under } from './help/paths.ts';
import { failures, says } from './help/said.ts';

/** The file system itself is full. What fills it is the business of other causes. */
export const plainFsFull: Cause = {
  id: 'plain-fs-full',
  title: 'The file system is full',
  severity: 'critical',
  prevalence: 'A',
  about:
    'Every block that ordinary writers may take on this file system is taken, so each write fails with "no space left on device". ' +
    'This is what df shows as 100 %. It says where the space is missing, not what took it: look at the findings about logs, build cache, images, volumes and deleted files next.',
  confirm:
    'Available space (f_bavail, the "Avail" column of df) of the file system that holds the failing path is under 64 MiB.',
  lookAlikes: [
    { cause: 'inodes-exhausted', tell: 'df shows free bytes, df -i shows 100 %' },
    { cause: 'root-reserve', tell: 'free blocks exist, but are kept for root: size is more than used + available' },
    { cause: 'overlay2-container-size-quota', tell: 'only df inside the container, or of one directory, is at 100 %' },
    { cause: 'wrong-filesystem-inspected', tell: 'the failing path lies on another file system' },
    { cause: 'btrfs-metadata-exhausted', tell: 'the file system is btrfs and all of it is given to chunks' },
  ],
  nextCheck: {
    run: 'df -h /var/lib/docker /var/lib/containers /var/lib/containerd /var/tmp /',
    why: 'shows which file system has nothing left',
  },
  remedies: [
    'docker-builder-prune',
    'truncate-container-log',
    'docker-container-prune',
    'docker-image-prune',
    'journal-vacuum',
    'grow-file-system',
  ],
  prevention:
    'A file system of its own for the data root; rotate container logs; limit the build cache; warn at 85 % of bytes and 90 % of inodes.',
  sources: ['statfs(2)', 'moby/moby#38234', 'containerd/containerd#4249'],
  find(scene) {
    const rows = fullFileSystems(scene)
      // one container's own volume is the business of docker-dm-basesize
      .filter((fs) => scene.from === 'text' || !isContainerVolume(fs))
      .map((fs) => ofFileSystem(scene, fs));
    return rows.length > 0 ? rows : fromError(scene);
  },
};

function ofFileSystem(scene: Scene, fs: FileSystem): Draft {
  const failing = failures(scene).find(
    (fact) =>
      fact.value.path !== undefined && !fs.inContainer && holding(scene, fact.value.path)?.mountpoint === fs.mountpoint,
  );
  const roots = dataRoots(scene).filter((root) => holding(scene, root)?.mountpoint === fs.mountpoint);
  const elsewhere =
    !failing &&
    failures(scene).some((fact) => fact.value.path !== undefined && holding(scene, fact.value.path) !== undefined);
  const small = /^\/(?:boot|efi|recovery|usr)(?:\/|$)/.test(fs.mountpoint);
  // `100%` as printed: df rounds up, so that alone is up to a percent of room on a large disk
  const printedFull = fs.fact.kind === 'df' && fs.fact.value.usePercent === 100 && fs.available <= fs.size * 0.005;
  const nothing = fs.available <= NOTHING_LEFT || printedFull;
  // a container's df may show a quota, btrfs's df may show what chunks allow, ext4's what root keeps
  const doubtful =
    fs.inContainer ||
    isOverlay(fs) ||
    fs.type === 'btrfs' ||
    fs.type === 'zfs' ||
    isQuotaSized(scene, fs) ||
    /\/docker-\d+:\d+-/.test(fs.source);
  const important = failing !== undefined || roots.length > 0 || fs.mountpoint === '/';
  const confirmed =
    nothing &&
    !doubtful &&
    !small &&
    !elsewhere &&
    !shownRoomy(scene, fs) &&
    (scene.from === 'host' || (important && !otherStory(scene)));
  return {
    confidence: confirmed ? 'confirmed' : 'likely',
    severity:
      small || (elsewhere && !important) ? 'notice' : important || scene.from === 'text' ? 'critical' : 'warning',
    subject: fs.mountpoint,
    evidence: [
      evidence(fs.fact, `${fs.mountpoint} has ${size(fs.available)} left`),
      ...(failing ? [evidence(failing, 'the failing path lies on it')] : []),
    ],
    explanation:
      `${fs.mountpoint} (${fs.source}${fs.type ? `, ${fs.type}` : ''}) has ${size(fs.available)} of ${size(fs.size)} left; ${share(fs.used, fs.size)} of it is used.` +
      (roots.length > 0 ? ` ${roots.join(', ')} lies on it.` : '') +
      (fs.inContainer ? ' This is the view from inside a container.' : ''),
    nextCheck: {
      run: `du -xh --max-depth=3 ${fs.mountpoint} | sort -h | tail -n 30`,
      why: 'names the directories that hold the space',
    },
    score: doubtful ? 30 : failing ? 80 : important ? 70 : 50,
  };
}

/** A text that shows the same file system with room as well: before or after, its rows do not tell. */
function shownRoomy(scene: Scene, fs: FileSystem): boolean {
  if (scene.from === 'host') return false;
  return scene.facts.has(
    'df',
    (row) =>
      row.mountpoint === fs.mountpoint &&
      (row.inContainer === true) === fs.inContainer &&
      row.filesystem === fs.source &&
      row.available > row.size * 0.1,
  );
}

/**
 * A pasted df may be a mere circumstance: where the text also speaks of what fills the disk, or
 * of a disk that is not this machine's own, the full row is only likely to be the whole story.
 */
function otherStory(scene: Scene): boolean {
  const kinds = [
    'open-deleted',
    'directory-size',
    'engine-usage',
    'disk-image',
    'docker-dm',
    'zfs-dataset',
    'btrfs-df',
    'btrfs-usage',
    'btrfs-show',
  ] as const;
  return (
    kinds.some((kind) => scene.facts.has(kind)) ||
    scene.facts.has('df-inodes', (row) => row.inodes > 0 && row.free < row.inodes / 10) ||
    says(
      scene,
      'container-logs',
      'deleted-files-held-open',
      'snapshots',
      'du-does-not-explain',
      'disk-was-resized',
      'docker-desktop',
      'wsl',
      'virtual-machine-disk',
      'inodes',
      'build-cache',
      'volumes',
      'many-images',
      'orphan-layers',
      'everything-was-pruned',
      'vfs',
      'copies-every-layer',
      'quota',
      'btrfs',
      'devicemapper',
      'zfs',
    )
  );
}

/** `BTRFS: Transaction aborted (error -28)` and nothing else: it ran full, of data or of metadata. */
function fromBtrfsAbort(scene: Scene): Draft | undefined {
  const abort = kernelEvents(scene, 'btrfs-abort', 'btrfs-forced-readonly').find(saysNoSpace);
  if (!abort || btrfsFileSystems(scene).length > 0 || says(scene, 'df-shows-space', 'balance', 'du-does-not-explain'))
    return undefined;
  const told = kernelEvents(scene, 'btrfs-space-info', 'btrfs-balance-enospc').length > 0;
  if (told) return undefined;
  return {
    confidence: 'likely',
    subject: abort.value.device ?? 'the btrfs file system',
    evidence: [evidence(abort, 'btrfs stopped for want of space')],
    explanation:
      'btrfs gave up a transaction for want of space and turned read-only: the file system ran full, of data or of metadata. Nothing here tells which of the two; its own usage does.',
    nextCheck: {
      run: 'btrfs filesystem usage /var/lib/docker',
      why: 'data used up to its total is a full file system; data with room and nothing unallocated is metadata',
    },
    // where the kernel's own line says what state it is in, that comes first
    score: kernelEvents(scene, 'btrfs-forced-readonly').length > 0 ? 35 : 45,
  };
}

/** Without sizes an error line says only that something is full. */
function fromError(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const aborted = fromBtrfsAbort(scene);
  if (aborted) return [aborted];
  const fact = failures(scene).find((failure) => {
    const fs = failure.value.path === undefined ? undefined : holding(scene, failure.value.path);
    return fs === undefined || isInMemory(fs) === false;
  });
  if (!fact) return [];
  const path = fact.value.path;
  const root = dataRoots(scene).find((one) => path !== undefined && under(path, one));
  const subject = root ?? (path?.startsWith('/') ? path : 'file system of the failing path');
  const room = path === undefined ? undefined : holding(scene, path);
  return [
    {
      confidence: 'possible',
      severity: 'warning',
      subject,
      evidence: [evidence(fact, 'an error that a full file system gives')],
      explanation: room
        ? `The error is the one of a full file system, but df shows ${size(room.available)} left on ${room.mountpoint}.`
        : `The error is the one of a full file system; how full ${subject} is cannot be seen here. If df shows room there, it is not this.`,
      ...(path?.startsWith('/')
        ? {
            nextCheck: {
              run: `df -h ${root ?? '/var/lib/docker'}`,
              why: 'shows whether that file system has anything left',
            },
          }
        : {}),
      score: room ? 3 : 10,
    },
  ];
}

/** statfs of a directory with a project quota shows the quota instead of the disk. */
function isQuotaSized(scene: Scene, fs: FileSystem): boolean {
  return scene.facts.has(
    'quota',
    (quota) => quota.kind === 'project' && quota.hardBytes !== undefined && quota.hardBytes === fs.size,
  );
}
