import type { Cause, Draft, Evidence, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import type { BtrfsState, BtrfsStory } from './help/btrfs.ts';
import {
  BALANCE_FAILS_BELOW,
  btrfsStories,
  CREATE_FAILS_BELOW,
  canGrow,
  dataFull,
  spaceEvidence,
  stranded,
  unallocated,
  unallocatedEvidence,
} from './help/btrfs.ts';
import type { BtrfsTrouble } from './help/btrfs-trouble.ts';
import { dfOf, roomyBtrfs, troubleOn } from './help/btrfs-trouble.ts';
import { GIB, MIB, size } from './help/format.ts';
import { kernelEvents, show } from './help/messages.ts';
import { failures, said, says } from './help/said.ts';

export const btrfsMetadataExhausted: Cause = {
  id: 'btrfs-metadata-exhausted',
  title: 'btrfs has no metadata space left and nothing unallocated to make more of',
  severity: 'critical',
  prevalence: 'B',
  about:
    'btrfs hands the disk out in chunks, some for data, some for metadata (file names, attributes, the tree itself). Once every byte belongs to a chunk, ' +
    'metadata cannot grow, however empty the data chunks are. Creating, renaming and chmod then fail with "No space left on device", and even a balance fails, ' +
    'while df still counts the free space stranded in data chunks. A part of the metadata, the global reserve, is never given to ordinary work: metadata is full well before 100 %.',
  confirm:
    'No device has unallocated space beyond its reserved first MiB, and metadata total - used - global reserve (in sysfs: total_bytes - bytes_used - bytes_readonly - bytes_may_use) is below 4 MiB.',
  lookAlikes: [
    { cause: 'btrfs-all-allocated-data-full', tell: 'the data chunks are full as well; df says 100 % and is right' },
    {
      cause: 'btrfs-raid1-no-second-device',
      tell: 'one device still has unallocated space, but the profile needs two',
    },
    { cause: 'btrfs-qgroup-limit', tell: 'the error is "Disk quota exceeded"' },
    { cause: 'plain-fs-full', tell: 'df itself shows nothing available' },
  ],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'shows unallocated bytes on each device, metadata used, and the global reserve',
  },
  remedies: ['btrfs-temporary-device', 'btrfs-rebalance', 'btrfs-add-device', 'btrfs-grow-device', 'delete-snapshots'],
  prevention:
    'Keep at least 1 GiB unallocated: a small filtered balance every week (btrfs balance start -dusage=10 -dlimit=4).',
  sources: ['kernel fs/btrfs/space-info.c', 'btrfs-balance(8)', 'kdave/btrfs-progs#774', 'moby/moby#29601'],
  explains: [
    'btrfs-balance-enospc',
    'btrfs-forced-readonly-enospc',
    'btrfs-aborted',
    'btrfs-global-reserve-in-use',
    'btrfs-auto-reclaim-off',
    'btrfs-read-traversal-consumes-metadata',
  ],
  find(scene) {
    const stories = btrfsStories(scene);
    const drafts = stories.flatMap((story) => judge(scene, story));
    return stories.length > 0 ? drafts : byCircumstance(scene);
  },
};

/** The first state of the story that is broken; a transcript may go on and show it mended. */
function judge(scene: Scene, story: BtrfsStory): Draft[] {
  for (const [i, state] of story.states.entries()) {
    const until = story.states[i + 1]?.order ?? Number.POSITIVE_INFINITY;
    const draft = judgeState(scene, state, troubleOn(scene, story.fs, until), story);
    if (!draft) continue;
    const mended = story.states.slice(i + 1).find((later) => canGrow(later, profileOf(later)) === 'yes');
    const later = mended
      ? ` The text goes on and shows it mended: ${size(unallocated(mended) ?? 0)} unallocated afterwards.`
      : '';
    return [{ ...draft, explanation: `${draft.explanation}${later}` }];
  }
  return [];
}

const profileOf = (numbers: BtrfsState) => numbers.metadata?.profile ?? 'single';

function judgeState(scene: Scene, state: BtrfsState, trouble: BtrfsTrouble, story: BtrfsStory): Draft | undefined {
  const grow = canGrow(state, profileOf(state));
  if (grow === 'yes' || state.mixed || dataFull(state)) return undefined;
  const weighed = weigh(scene, state, trouble, grow, story);
  if (!weighed) return undefined;
  const remedies = btrfsMetadataExhausted.remedies;
  return {
    subject: state.subject,
    evidence: proof(scene, state, trouble, story),
    explanation: explain(state),
    remedies,
    ...weighed,
  };
}

type Weight = Pick<Draft, 'confidence' | 'severity' | 'score'>;

function weigh(
  scene: Scene,
  state: BtrfsState,
  trouble: BtrfsTrouble,
  grow: string | undefined,
  story: BtrfsStory,
): Weight | undefined {
  const { metadata } = state;
  const readonly = kernelEvents(scene, 'btrfs-forced-readonly', 'btrfs-abort').length > 0 || says(scene, 'read-only');
  // a host's numbers are of now; its kernel log tells of balances and file systems of the past
  const df = dfOf(scene, story.fs);
  // df shows nothing available though a good part of the space is in no use
  const stuck = df !== undefined && df.available < df.size * 0.01 && df.used < df.size * 0.9;
  const hurts = scene.from === 'host' ? trouble.failed.length > 0 : trouble.any || readonly || stuck;
  if (metadata === undefined) {
    if (grow === undefined) return undefined;
    const room = dfOf(scene, story.fs);
    const score = 70 + (room && room.available > GIB ? 10 : 0);
    return hurts
      ? { confidence: 'likely', severity: 'critical', score }
      : { confidence: 'possible', severity: scene.from === 'host' ? 'notice' : 'warning', score: 40 };
  }
  const least = Math.max(0, metadata.free - metadata.uncertainty);
  const slack = stranded(state) ?? 0;
  if (grow === undefined) {
    // only `fi df`: what is unallocated is not known, so failing with data space to spare must speak
    const looksFull = least <= CREATE_FAILS_BELOW && slack > 256 * MIB;
    return looksFull && trouble.any ? { confidence: 'likely', severity: 'critical', score: 72 } : undefined;
  }
  if (least <= CREATE_FAILS_BELOW) {
    const exact = grow === 'no' && metadata.uncertainty < MIB && !busy(state);
    // rounded sizes fit, and the machine's own ENOSPC decides
    const witnessed = grow === 'no' && trouble.any && metadata.uncertainty <= 64 * MIB;
    if (exact || witnessed) return { confidence: 'confirmed', severity: 'critical', score: exact ? 95 : 90 };
    return { confidence: 'likely', severity: 'critical', score: 80 };
  }
  if (least <= BALANCE_FAILS_BELOW) {
    return hurts
      ? { confidence: 'likely', severity: 'critical', score: 85 }
      : { confidence: 'likely', severity: 'warning', score: 70 };
  }
  if (hurts) return { confidence: 'likely', severity: 'critical', score: grow === 'no' ? 75 : 65 };
  // everything is allocated and works: it fails when metadata must grow
  const far = metadata.free > 4 * GIB;
  return { confidence: far ? 'possible' : 'likely', severity: far ? 'notice' : 'warning', score: 40 };
}

/**
 * bytes_may_use also holds what running writers have asked for and give back. Only when little
 * would be left without them is the shortage there to stay.
 */
function busy(state: BtrfsState): boolean {
  const { metadata } = state;
  if (metadata?.reserve === undefined || metadata.fact.kind !== 'btrfs-sysfs') return false;
  return metadata.total - metadata.used - metadata.reserve > BALANCE_FAILS_BELOW;
}

function proof(scene: Scene, state: BtrfsState, trouble: BtrfsTrouble, story: BtrfsStory): Evidence[] {
  const df = dfOf(scene, story.fs);
  return [
    ...unallocatedEvidence(state),
    ...(state.metadata
      ? [
          spaceEvidence(
            state.metadata,
            'metadata: what is used, and the reserve kept back',
            /metadata|reserve|global_rsv/i,
          ),
        ]
      : []),
    ...(state.data ? [spaceEvidence(state.data, 'free space that only data can use', /data/i)] : []),
    ...show(trouble.failed, 'a write failed for want of space'),
    ...show(trouble.balance, 'even balance found no room', 1),
    ...(df && df.available > 256 * MIB ? [evidence(df.fact, 'df counts the stranded space as available')] : []),
  ];
}

function explain(state: BtrfsState): string {
  const { metadata } = state;
  const none = unallocated(state);
  const parts = [
    none === undefined
      ? 'What is unallocated was not seen.'
      : `Every byte of ${state.subject} is given to chunks (${size(none)} unallocated), so metadata cannot get another one.`,
  ];
  if (metadata) {
    const reserve = metadata.reserve ? `, of which the global reserve keeps ${size(metadata.reserve)}` : '';
    parts.push(
      `Metadata: ${size(metadata.used)} of ${size(metadata.total)} used${reserve}; ${metadata.free <= metadata.uncertainty ? 'nothing' : size(metadata.free)} is left for files to be created.`,
    );
  }
  const slack = stranded(state);
  if (slack !== undefined && slack > MIB)
    parts.push(`${size(slack)} lie free inside data chunks, where metadata cannot use them.`);
  return parts.join(' ');
}

/** No numbers of btrfs at all: it fails, df shows room, and it is btrfs. */
function byCircumstance(scene: Scene): Draft[] {
  if (scene.from === 'host') return [];
  const dump = kernelEvents(scene, 'btrfs-space-info').filter(
    (fact) =>
      /metadata/i.test(fact.quote) &&
      (fact.value.values?.['free'] ?? 1) <= CREATE_FAILS_BELOW &&
      fact.value.values?.['full'] === 1,
  );
  const words = failures(scene);
  const failed = words.filter((fact) => !/balanc/i.test(fact.value.message));
  const balance = [
    ...kernelEvents(scene, 'btrfs-balance-enospc'),
    ...scene.facts.all('btrfs-balance', (b) => b.outcome === 'enospc'),
    ...words.filter((fact) => /balanc/i.test(fact.value.message)),
  ];
  const rows = roomyBtrfs(scene);
  const nextCheck = btrfsMetadataExhausted.nextCheck;
  const row = rows[0];
  if (failed.length + balance.length + dump.length === 0) {
    // "docker on btrfs ends with no space" and no line of it: what btrfs does most often
    const otherwise = says(
      scene,
      'snapshots',
      'container-logs',
      'build-cache',
      'inodes',
      'everything-was-pruned',
      'quota',
      'orphan-layers',
      'volumes',
      'many-images',
      'deleted-files-held-open',
      'read-only',
      'virtual-machine-disk',
      'du-does-not-explain',
    );
    if (!says(scene, 'btrfs') || !says(scene, 'disk-full', 'df-shows-space') || otherwise) return [];
    return [
      {
        confidence: 'possible',
        subject: 'the btrfs file system',
        evidence: said(scene, 'btrfs', 'disk-full', 'df-shows-space'),
        explanation:
          'A btrfs file system is said to have no space: either data has filled it, or every byte is given to chunks and metadata cannot grow. Only btrfs itself tells which.',
        nextCheck,
        score: 52,
      },
    ];
  }
  const aborted = kernelEvents(scene, 'btrfs-abort', 'btrfs-forced-readonly').length > 0;
  const otherWords = says(
    scene,
    'snapshots',
    'container-logs',
    'build-cache',
    'inodes',
    'everything-was-pruned',
    'quota',
  );
  const limits = scene.facts.has(
    'df-inodes',
    (value) => value.inodes > 0 && value.free === 0 && value.filesystem.startsWith('/dev/'),
  );
  if (limits) return [];
  const proofs = [
    ...show(dump, 'the kernel says that metadata is full', 1),
    ...show(failed, 'a write failed for want of space'),
    ...show(balance, 'balance found no room', 1),
  ];
  if (row || dump.length > 0 || balance.length > 0) {
    return [
      {
        confidence: 'likely',
        subject: row?.mountpoint ?? 'the btrfs file system',
        evidence: [...proofs, ...(row ? [evidence(row.fact, 'df shows room on this btrfs file system')] : [])],
        explanation: `Writing fails${row ? ` although df shows ${size(row.available)} available on ${row.mountpoint}` : dump.length > 0 ? ' and the kernel reports metadata as full' : ' and so does balance'}: on btrfs that is what metadata without room looks like, with the rest stranded in data chunks.`,
        nextCheck,
        score: dump.length > 0 ? 85 : otherWords || aborted ? 30 : balance.length > 0 ? 70 : 60,
      },
    ];
  }
  if (!says(scene, 'btrfs')) return [];
  return [
    {
      confidence: 'possible',
      subject: 'the btrfs file system',
      evidence: [...proofs, ...said(scene, 'btrfs', 'df-shows-space', 'balance')],
      explanation:
        'The file system is btrfs, where "no space left" with room in df usually means that every byte is given to chunks and metadata cannot grow.',
      nextCheck,
      score: (says(scene, 'df-shows-space') ? 60 : 40) + (says(scene, 'balance') ? 10 : 0) - (otherWords ? 20 : 0),
    },
  ];
}
