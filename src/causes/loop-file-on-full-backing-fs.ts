import type { Fact } from '../probes/fact.ts';
import type { Cause, Draft, Evidence, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { DATA_SPACE, decisive } from './help/decisive.ts';
import { type FileSystem, holding } from './help/file-systems.ts';
import { loopWriteErrors, NOTHING, type SparseLoop, sparseLoops } from './help/loop-backing.ts';
import { iec, si } from './help/sizes.ts';
import { onLoop } from './help/thin.ts';
import { dockerOnDeviceMapper, ext4Trouble, hiddenExt4, isFull, realFileSystems } from './help/thin-signs.ts';

export const loopFileOnFullBackingFs: Cause = {
  id: 'loop-file-on-full-backing-fs',
  title: 'a sparse file that serves as a disk lies on a file system without room for it',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A sparse disk file (Docker loop-lvm, an LXD or CI image, docker.img) claims a size but takes space only as it is written. When the file system below it is full, writes inside fail as I/O errors, ' +
    'or are lost after they seemed to work, while df inside shows room. Free space on the file system that holds the file, not inside it.',
  confirm:
    'losetup names the back file; the file system that holds it has less available than the file still has to grow (size less allocated blocks)',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'the same full file system, seen from the host: the loop file is what fills it' },
    { cause: 'docker-dm-loop-lvm', tell: 'the file reached its own size; the disk below has room' },
    { cause: 'dm-thin-data-full', tell: 'I/O error 3 instead of 10, and the pool counts no free block' },
  ],
  nextCheck: {
    run: 'losetup -l',
    why: 'names each back file; then df of its directory against what the file can still grow',
  },
  remedies: [
    'free-backing-file-system',
    'thin-trim',
    'move-loop-file-to-larger-disk',
    'loop-to-direct-lvm',
    'switch-to-overlay2',
  ],
  prevention: 'allocate the file whole (fallocate), or give the pool a device',
  sources: [
    'kernel drivers/block/loop.c',
    'moby daemon/graphdriver/devmapper/deviceset.go (Available = min(total - used, f_bfree of the file system))',
  ],
  explains: ['ext4-remount-ro', 'ext4-emergency-ro'],
  find,
};

function find(scene: Scene): Draft[] {
  const decided = [...sparseLoops(scene).map(fromLoop), ...fromDocker(scene)];
  const errors = fromErrors(scene);
  if (decided.some((draft) => draft.confidence === 'confirmed')) return decided;
  return errors === undefined ? decided : [errors, ...decided];
}

function fromLoop({ loop, file, below, growth, spent }: SparseLoop): Draft {
  const path = loop.value.backFile;
  const { available } = below;
  const critical = available <= NOTHING;
  const tight = available < growth / 10 && nearlyFull(below);
  return {
    confidence: spent ? 'confirmed' : critical || tight ? 'likely' : 'possible',
    severity: critical ? 'critical' : tight ? 'warning' : 'notice',
    subject: path,
    score: spent ? 90 : 50,
    evidence: [
      evidence(loop, 'a disk that is a file'),
      evidence(file, `may still grow by ${iec(growth)}`),
      evidence(below.fact, `${iec(available)} available below it`),
    ],
    explanation: `${path} may still grow by ${iec(growth)}, but ${below.mountpoint} has ${iec(available)}: writes inside the loop device ${spent ? 'fail now' : 'will fail when that is gone'}, whatever df inside it says.`,
  };
}

/** A file may promise many times its disk from its first day on: that is a danger once the disk fills. */
function nearlyFull({ available, size }: FileSystem): boolean {
  return available < size / 5;
}

/** docker info caps "Available" by the free blocks of the file system below the data file. */
function fromDocker(scene: Scene): Draft[] {
  const { facts } = scene;
  const seen = new Set<string>();
  const drafts: Draft[] = [];
  for (const fact of facts.all('docker-dm').reverse()) {
    const { dataUsed, dataTotal, dataAvailable, blockSize, resolution = 0, poolName = '' } = fact.value;
    if (
      !onLoop(fact.value) ||
      dataUsed === undefined ||
      dataTotal === undefined ||
      dataAvailable === undefined ||
      seen.has(poolName)
    )
      continue;
    seen.add(poolName);
    const own = dataTotal - dataUsed;
    if (own - dataAvailable <= Math.max(2 * resolution, dataTotal * 0.02)) continue;
    const full = dataAvailable <= NOTHING;
    const below = holding(scene, fact.value.dataLoopFile ?? '');
    const tight = dataAvailable < dataTotal / 5 && (below === undefined || nearlyFull(below));
    // not one block of the pool; rounded by Docker, an exact zero where nothing is known of blocks
    const spent = dataAvailable < (blockSize ?? 1);
    drafts.push({
      confidence: spent ? 'confirmed' : full || tight ? 'likely' : 'possible',
      severity: full ? 'critical' : tight ? 'warning' : 'notice',
      subject: fact.value.dataLoopFile ?? fact.value.dataFile ?? poolName,
      score: full ? 85 : 70,
      evidence: [
        decisive(
          fact,
          `available ${si(dataAvailable)} of ${si(dataTotal)}, with only ${si(dataUsed)} used`,
          DATA_SPACE,
        ),
      ],
      explanation:
        `The pool could still take ${si(own)} by its own size, but only ${si(dataAvailable)} are available: that is the room of the file system below the sparse data file. ` +
        `It ends at ${si(dataUsed + dataAvailable)}, not at ${si(dataTotal)}, and when it ends containers get I/O errors.`,
      nextCheck: { run: 'df -h /var/lib/docker', why: 'this file system, not the pool, is the limit' },
    });
  }
  return drafts;
}

/** Write errors on a loop device, or in an ext4 that df does not know, on a host with a full file system. */
function fromErrors(scene: Scene): Draft | undefined {
  const { facts } = scene;
  const loopErrors = loopWriteErrors(scene);
  const full = realFileSystems(facts).filter(
    (row) => isFull(row.value) && !/^\/dev\/(loop|dm-)/.test(row.value.filesystem),
  );
  const below = full[0];
  const trouble = ext4Trouble(facts);
  if (loopErrors.length > 0) {
    const over = below === undefined && allHaveRoom(scene);
    return {
      confidence: below === undefined ? 'likely' : 'confirmed',
      ...(over ? { severity: 'warning' as const } : {}),
      subject: loopErrors[0]?.value.device ?? 'a loop device',
      score: 85,
      evidence: proofs(loopErrors, below),
      explanation: over
        ? 'Writes to a loop device failed since this host started. Every loop file has room below it now: what was written then may be lost, and the file systems inside need a check if that was not done.'
        : below === undefined
          ? 'Writes to a loop device fail: the file system that holds its file is full, or its disk is broken.'
          : `Writes to a loop device fail, and ${below.value.mountpoint} is full: the sparse file behind the device cannot grow any more.`,
    };
  }
  if (below === undefined || trouble.length === 0 || !(hiddenExt4(facts) || dockerOnDeviceMapper(facts)))
    return undefined;
  return {
    confidence: 'likely',
    subject: `sparse files on ${below.value.mountpoint}`,
    score: 80,
    evidence: proofs(trouble, below),
    explanation: `ext4 gets I/O errors and turns read-only, and ${below.value.mountpoint} (${below.value.type ?? 'not that ext4'}) is full: a sparse file there, such as Docker's pool, cannot grow any more, so everything inside it fails to write.`,
  };
}

/** The kernel's log tells of what is long over: on a host, every loop device's file was looked at. */
function allHaveRoom(scene: Scene): boolean {
  const loops = scene.from === 'host' ? scene.facts.all('loop', (loop) => loop.readOnly !== true) : [];
  const below = loops.map((loop) => holding(scene, loop.value.backFile));
  return loops.length > 0 && below.every((fs) => fs !== undefined && fs.available > NOTHING);
}

function proofs(events: Fact<'kernel-event'>[], below: Fact<'df'> | undefined): Evidence[] {
  return [
    ...events.slice(0, 3).map((fact) => evidence(fact, 'a write below failed')),
    ...(below === undefined ? [] : [evidence(below, 'this file system is full')]),
  ];
}
