import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { type FileSystem, fileSystems, fullFileSystems, fullness } from './help/file-systems.ts';
import { GIB, size } from './help/format.ts';
import { message, said, says, textSeverity } from './help/said.ts';

export const fsNotGrown: Cause = {
  id: 'fs-not-grown',
  title: 'The disk was enlarged, the partition or file system was not',
  severity: 'warning',
  prevalence: 'A',
  about:
    "Growing a cloud disk, a LUN, a logical volume or a virtual machine's disk file changes only the outermost layer. Partition, physical volume and file system " +
    'each have to be told; until then the added space is there and nobody can use it.',
  confirm:
    'lsblk -b -o NAME,SIZE,FSSIZE shows a device more than 1 GiB larger than the file system or the partitions on it.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the file system is as large as its device' }],
  nextCheck: { run: 'lsblk -o NAME,SIZE,FSSIZE,FSTYPE,MOUNTPOINT', why: 'compares disk, partition and file system' },
  remedies: ['grow-file-system'],
  sources: ['lsblk(8) FSSIZE', 'growpart(1)', 'xfs_growfs(8)', 'resize2fs(8)'],
  explains: ['plain-fs-full', 'vm-disk-outside-linux'],
  find(scene) {
    const drafts = [...deviceBehind(scene), ...diskBehind(scene), ...imageBehind(scene)];
    return drafts.length > 0 ? drafts : fromText(scene);
  },
};

/** Worth speaking of: 1 GiB and 5 % of the larger one. */
function matters(larger: number, smaller: number, rounding = 0): boolean {
  const gap = larger - smaller - rounding;
  return gap >= GIB && gap >= larger * 0.05;
}

function draft(
  scene: Scene,
  subject: string,
  gap: number,
  full: boolean,
  rest: Pick<Draft, 'evidence' | 'explanation'>,
): Draft {
  const severity = full ? 'critical' : scene.from === 'text' ? textSeverity(scene) : 'notice';
  return {
    confidence: 'likely',
    severity,
    subject,
    score: full ? 80 : 60,
    ...rest,
    explanation: `${rest.explanation} ${size(gap)} can be had at once, online.`,
  };
}

/** lsblk knows the file system's own size. */
function deviceBehind(scene: Scene): Draft[] {
  return scene.facts.all('block').flatMap((fact) => {
    const block = fact.value;
    const row = rowOf(scene, fact);
    const fsSize = block.fsSize ?? row?.size;
    const rounding = (block.resolution ?? 0) + (block.fsSize === undefined ? (row?.resolution ?? 0) : 0);
    if (fsSize === undefined || fsSize === 0 || !matters(block.size, fsSize, rounding)) return [];
    const type = block.fstype ?? row?.type;
    // FSSIZE of lsblk is statvfs: ext4's tables (about 1.6 %) and btrfs on several devices are not in it
    if (type === 'btrfs' || type === 'zfs' || block.size - fsSize < block.size * 0.08) return [];
    const full = fileSystems(scene).some((fs) => block.mountpoints.includes(fs.mountpoint) && fullness(fs) !== 'roomy');
    return [
      draft(scene, block.mountpoints[0] ?? block.name, block.size - fsSize, full, {
        evidence: [
          evidence(fact, `device ${size(block.size)}, file system ${size(fsSize)}`),
          ...(row ? [evidence(row.fact, 'as df shows it')] : []),
        ],
        explanation:
          `${block.name} has ${size(block.size)}, the ${type ?? ''} file system on it only ${size(fsSize)}.`.replace(
            '  ',
            ' ',
          ),
      }),
    ];
  });
}

/** df's row of this very device: same name, same mount point. */
function rowOf(scene: Scene, { value }: Fact<'block'>): FileSystem | undefined {
  return fileSystems(scene).find(
    (fs) =>
      !fs.inContainer &&
      value.mountpoints.includes(fs.mountpoint) &&
      fs.source.slice(fs.source.lastIndexOf('/') + 1) === value.name.slice(value.name.lastIndexOf('/') + 1),
  );
}

/** A disk whose partitions leave room at the end. Disks without partitions are judged elsewhere. */
function diskBehind(scene: Scene): Draft[] {
  const blocks = scene.facts.all('block');
  return blocks.flatMap((fact) => {
    const disk = fact.value;
    const parts = blocks.filter((part) => part.value.type === 'part' && part.value.parents.includes(disk.name));
    if (disk.type !== 'disk' || parts.length === 0) return [];
    const given = parts.reduce((sum, part) => sum + part.value.size, 0);
    const rounding = parts.reduce((sum, part) => sum + (part.value.resolution ?? 0), disk.resolution ?? 0);
    if (!matters(disk.size, given, rounding)) return [];
    const mounted = parts.flatMap((part) => part.value.mountpoints);
    const full = fileSystems(scene).some((fs) => mounted.includes(fs.mountpoint) && fullness(fs) !== 'roomy');
    return [
      draft(scene, disk.name, disk.size - given, full, {
        evidence: [evidence(fact, `disk ${size(disk.size)}, its partitions ${size(given)}`)],
        explanation: `The disk ${disk.name} has ${size(disk.size)}, its partitions take only ${size(given)}.`,
      }),
    ];
  });
}

/** A virtual machine's disk file is larger than what the machine inside sees. */
function imageBehind(scene: Scene): Draft[] {
  return diskFiles(scene).flatMap((fact) => {
    const virtual = fact.value.virtualSize;
    if (virtual === undefined) return [];
    const inside = fileSystems(scene).filter(
      (fs) =>
        /^\/dev\/(?:[svx]?[hv]?d[a-z]|nvme|mapper)|^(?:none|overlay)$/.test(fs.source) &&
        !/^\/dev\/disk\d/.test(fs.source) &&
        (fs.inContainer || fs.mountpoint === '/' || fs.mountpoint === '/var/lib/docker'),
    );
    const biggest = Math.max(0, ...inside.map((fs) => fs.size));
    const row = inside.find((fs) => fs.size === biggest);
    if (row && matters(virtual, biggest, row.resolution) && virtual > biggest * 1.3)
      return [
        draft(scene, row.mountpoint, virtual - biggest, fullness(row) !== 'roomy', {
          evidence: [
            evidence(fact, `the disk file has ${size(virtual)}`),
            evidence(row.fact, `the machine sees ${size(biggest)}`),
          ],
          explanation: `The virtual disk ${fact.value.path} has ${size(virtual)}, the file system inside only ${size(biggest)}: it was not grown with it.`,
        }),
      ];
    if (!row && says(scene, 'disk-was-resized'))
      return [
        {
          confidence: 'likely' as const,
          severity: textSeverity(scene),
          subject: fact.value.path,
          evidence: [evidence(fact, `the disk file has ${size(virtual)}`), ...said(scene, 'disk-was-resized')],
          explanation: `The virtual disk was made ${size(virtual)} large; what runs out inside is the partition or file system that was not grown with it.`,
          score: 82,
        },
      ];
    return [];
  });
}

/** Disk files, also those seen as plain files: `ls -lsh Docker.raw`. */
function diskFiles(scene: Scene): Fact<'disk-image'>[] {
  const known = new Set(scene.facts.all('disk-image').map((fact) => fact.value.path));
  const files: Fact<'disk-image'>[] = scene.facts
    .all(
      'file',
      (file) =>
        file.size !== undefined &&
        /(?:\.raw|\.qcow2|\.vhdx|\.vmdk|\.vdi|diffdisk|docker\.img)$/i.test(file.path) &&
        !known.has(file.path),
    )
    .map((fact) => ({
      ...fact,
      kind: 'disk-image',
      value: { path: fact.value.path, ...(fact.value.size === undefined ? {} : { virtualSize: fact.value.size }) },
    }));
  return [...scene.facts.all('disk-image'), ...files];
}

function fromText(scene: Scene): Draft[] {
  const bad = message(scene, 'resize-bad-geometry');
  if (bad && scene.from === 'text')
    return [
      {
        confidence: 'likely',
        severity: textSeverity(scene),
        subject: 'file system after a resize',
        evidence: [evidence(bad, 'file system and device disagree about the size')],
        explanation: 'A resize stopped half way: file system and device disagree about the size.',
        score: 60,
      },
    ];
  const mention = scene.facts
    .all('mention', (value) => value.term === 'disk-was-resized')
    .find((fact) => !shrinks(fact.quote));
  if (scene.from === 'host' || !mention) return [];
  // a full file system and a disk that is said to be larger now: the two fit each other
  const full = fullFileSystems(scene)[0];
  return [
    {
      confidence: full ? 'likely' : 'possible',
      severity: textSeverity(scene),
      subject: full?.mountpoint ?? 'the disk that was enlarged',
      evidence: [
        evidence(mention, 'speaks of a disk that was enlarged'),
        ...(full ? [evidence(full.fact, `the file system has ${size(full.size)} and is full`)] : []),
      ],
      explanation:
        'The disk was enlarged, and what runs out is still as small as before: partition, volume or file system has not been grown with it.',
      score: 72,
    },
  ];
}

/** `drops from 80G to 12G` speaks of use that went down, not of a disk. */
function shrinks(line: string): boolean {
  const match = /from (\d{1,6}) ?[kmgt]?i?b? to (\d{1,6})/i.exec(line);
  return match !== null && Number(match[2]) < Number(match[1]);
}
