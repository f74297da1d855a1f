import type { Fact } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { dataRoots } from './help/engines.ts';
import { holding, isInMemory } from './help/file-systems.ts';
import { exhaustedInodes, hasInodeLimit, type InodeRow, inodeRows } from './help/inodes.ts';
import { longestHolder } from './help/paths.ts';
import { creates, failures, message, said, says, textSeverity } from './help/said.ts';

/** Trees that are known for very many small files. */
const MANY_FILES =
  /node_modules|\/npm[-_/]|\.npm\b|\.cache\/yarn|bower|\.pnpm|site-packages|dist-packages|__pycache__|\.git\/objects|\/gems\/|vendor\/bundle|maildir|sessions?\/sess_|\/proc_? ?cache|ccache/i;

export const inodesExhausted: Cause = {
  id: 'inodes-exhausted',
  title: 'The file system has no inodes left',
  severity: 'critical',
  prevalence: 'A',
  about:
    'ext4, f2fs and a few others fix the number of files when they are made. Image layers with node_modules, mail or caches hold hundreds of thousands of small files, ' +
    'and when the last inode is taken no file can be created, though df shows gigabytes free. Writing to files that exist still works.',
  confirm: 'df -i shows IFree 0 (f_files > 0 and f_ffree = 0) on the file system that holds the failing path.',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'df shows 0 bytes available' },
    { cause: 'xfs-no-contiguous-inode-chunk', tell: 'on XFS df -i is only an estimate from free space' },
    { cause: 'btrfs-metadata-exhausted', tell: 'btrfs prints 0 0 0 in df -i: it has no inode limit' },
    { cause: 'tmpfs-inodes-exhausted', tell: 'the failing path is on tmpfs' },
  ],
  nextCheck: { run: 'df -i', why: 'shows IUse% of every file system; btrfs prints 0, which means "no limit"' },
  remedies: ['docker-container-prune', 'docker-image-prune', 'docker-builder-prune', 'find-inode-hogs', 'more-inodes'],
  prevention: 'XFS or btrfs for the data root, or mkfs.ext4 -i 8192; warn at 90 % of inodes, not only of bytes.',
  sources: ['statfs(2)', 'mke2fs(8)', 'moby/moby#10613', 'moby/moby#28404'],
  explains: ['plain-fs-full', 'metadata-db-needs-space-to-delete'],
  find(scene) {
    const rows = inodeRows(scene).filter((row) => !row.tmpfs && hasInodeLimit(row));
    const drafts = rows.flatMap((row) => fromRow(scene, row));
    const known = rows.some(
      (row) => row.mountpoint === '/' || dataRoots(scene).some((root) => root === row.mountpoint),
    );
    // a table that shows inodes to spare answers the question; nearly-full ones were reported above
    return drafts.length > 0 || (known && rows.every((row) => row.ratio < 0.5)) ? drafts : fromText(scene);
  },
};

function fromRow(scene: Scene, row: InodeRow): Draft[] {
  const failing = failures(scene)[0];
  const smallFiles = failing !== undefined && MANY_FILES.test(failing.value.path ?? failing.value.message);
  const exhausted = exhaustedInodes(row) && row.type !== 'xfs';
  const base = {
    subject: row.mountpoint,
    evidence: [
      evidence(row.fact, `${row.free} of ${row.inodes} inodes left`),
      ...(failing && creates(failing) ? [evidence(failing, 'creating a file fails')] : []),
    ],
    explanation: `${row.mountpoint} has ${row.free} of ${row.inodes} inodes left (${Math.floor(row.ratio * 100)} % used): ${row.free === 0 ? 'no file can be created' : 'the next layer with many files fails'}, however many bytes are free.`,
  };
  if (exhausted) {
    // the failing path is known to lie on another file system: true, and not what stops anybody here
    const elsewhere = scene.from === 'text' && failures(scene).length > 0 && !concerned(scene, row);
    return [
      elsewhere
        ? { ...base, confidence: 'likely', severity: 'warning', score: 50 }
        : { ...base, confidence: 'confirmed', score: 90 },
    ];
  }
  if (row.ratio >= 0.9) {
    const likely = row.ratio >= 0.99 || failing !== undefined;
    return [
      {
        ...base,
        confidence: 'likely',
        severity: likely && (scene.from === 'text' || row.ratio >= 0.99) ? 'critical' : 'warning',
        score: smallFiles ? 85 : 70,
      },
    ];
  }
  // somebody who pastes df -i after an out-of-space error, with more files than bytes in use
  const bytes = scene.from === 'text' ? holding(scene, row.mountpoint) : undefined;
  const outpaces = bytes === undefined || row.ratio > bytes.used / bytes.size;
  if (
    scene.from === 'text' &&
    row.ratio >= 0.4 &&
    outpaces &&
    says(scene, 'everything-was-pruned', 'df-shows-space', 'inodes', 'docker', 'many-small-files')
  )
    return [
      {
        ...base,
        confidence: 'possible',
        severity: textSeverity(scene),
        score: says(scene, 'df-shows-space', 'inodes') ? 60 : 45,
        explanation: `${base.explanation} If this was printed after something was pruned, it was higher before.`,
      },
    ];
  return [];
}

/** A failing path, a data root or `/` lies on it; or where they lie is not known. */
function concerned(scene: Scene, row: InodeRow): boolean {
  if (row.mountpoint === '/') return true;
  const mountpoints = inodeRows(scene).map((one) => one.mountpoint);
  const paths = failures(scene).flatMap((fact) => (fact.value.path?.startsWith('/') ? [fact.value.path] : []));
  const holders = [...paths, ...(paths.length > 0 ? [] : dataRoots(scene))].map((path) =>
    longestHolder(path, mountpoints),
  );
  return holders.some((holder) => holder === undefined || holder === row.mountpoint);
}

function fromText(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  // on tmpfs it is another cause; Podman's staging files are one big file each
  const failing = failures(scene).filter(
    (fact) => !onMemory(scene, fact) && !/\/var\/tmp\/|\/dev\/shm/.test(fact.value.path ?? ''),
  );
  const tree = failing.find((fact) => MANY_FILES.test(fact.value.path ?? fact.value.message));
  const creating = failing.find(creates);
  const extracting = message(scene, 'layer-extract-failed');
  const many = says(scene, 'many-small-files');
  // `%iused` stands in every df of macOS
  const asked =
    scene.facts.all('mention', (mention) => mention.term === 'inodes').some((fact) => !/%iused/i.test(fact.quote)) &&
    !says(scene, 'inodes-excluded');
  if (!tree && !creating && !many && !asked) return [];
  if (btrfsHere(scene) && !asked) return [];
  const score =
    Math.max(
      asked ? 75 : 0,
      many ? 65 : 0,
      tree && creating ? 70 : tree ? 50 : 0,
      creating ? (extracting ? 40 : 8) : 0,
    ) +
    (says(scene, 'df-shows-space') ? 8 : 0) -
    // a virtual disk of a fixed size runs out of bytes first
    (says(scene, 'virtual-machine-disk', 'docker-desktop', 'wsl') && !asked ? 12 : 0);
  const proof = tree ?? creating;
  return [
    {
      confidence: tree && creating && (extracting || says(scene, 'df-shows-space')) ? 'likely' : 'possible',
      // a failing mkdir alone says no more than that something is full
      severity: tree || many || asked || extracting || says(scene, 'df-shows-space') ? textSeverity(scene) : 'warning',
      subject: subjectOf(scene),
      evidence: [
        ...(proof
          ? [
              evidence(
                proof,
                tree
                  ? 'creating a file in a tree of very many small files fails'
                  : 'creating a file fails, not writing to one',
              ),
            ]
          : []),
        ...said(scene, 'inodes', 'many-small-files', 'df-shows-space'),
      ],
      explanation: tree
        ? 'What fails is creating one more small file in a tree that is known for very many of them: that takes an inode, not space. If df shows room, the inodes are used up.'
        : 'Creating a file fails or very many small files are spoken of: that takes inodes. If df shows room, look at df -i.',
      score,
    },
  ];
}

function onMemory(scene: Scene, fact: Fact<'symptom'>): boolean {
  const path = fact.value.path ?? '';
  const fs = path.startsWith('/') ? holding(scene, path) : undefined;
  return /^\/(?:var\/)?run\//.test(path) || (fs !== undefined && isInMemory(fs));
}

/** btrfs has no inode limit; its own causes explain a failing create there. */
function btrfsHere(scene: Scene): boolean {
  return (
    says(scene, 'btrfs') ||
    scene.facts.has('btrfs-df') ||
    scene.facts.has('btrfs-show') ||
    scene.facts.has('btrfs-usage') ||
    scene.facts.has('engine', (engine) => engine.driver === 'btrfs')
  );
}

function subjectOf(scene: Scene): string {
  const path = failures(scene).find((fact) => fact.value.path?.startsWith('/'))?.value.path;
  return (
    (path === undefined ? undefined : longestHolder(path, dataRoots(scene))) ?? dataRoots(scene)[0] ?? '/var/lib/docker'
  );
}
