import type { Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { roomFor } from './help/autoextend.ts';
import { DATA_SPACE, decisive } from './help/decisive.ts';
import { fitting } from './help/pool-remedies.ts';
import { iec, percentOf } from './help/sizes.ts';
import type { Pool } from './help/thin.ts';
import { fullLook, poolFree, thinPools } from './help/thin.ts';
import {
  dockerOnDeviceMapper,
  ext4Trouble,
  grownVolume,
  hiddenExt4,
  isFull,
  kernel,
  mentions,
  messages,
  numberIn,
  onThin,
  realFileSystems,
} from './help/thin-signs.ts';

const STATUS = {
  run: 'dmsetup status --noflush',
  why: 'shows used/total data blocks and the mode of every thin pool; --noflush keeps it from hanging on a sick pool',
};

export const dmThinDataFull: Cause = {
  id: 'dm-thin-data-full',
  title: 'a thin pool has no data blocks left',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Thin volumes promise more space than the pool below them owns. When the pool has handed out its last block, every volume on it stops taking writes at once: ' +
    'writers hang for 60 seconds, then get I/O errors, and file systems may turn read-only. df inside a volume still shows space, since it knows only the promise.',
  confirm:
    'pool mode out_of_data_space, used data blocks equal to total, lvs Data% 100.00 or flag D, or docker info with Data Space Used equal to Total',
  lookAlikes: [
    {
      cause: 'dm-thin-metadata-full',
      tell: 'the mode is ro and used/total metadata blocks are near the end, data is not',
    },
    {
      cause: 'docker-dm-min-free-space',
      tell: 'Docker refuses at 90 %: the pool still has free blocks and running containers still write',
    },
    { cause: 'docker-dm-basesize', tell: 'one container alone is full; the pool has room' },
    {
      cause: 'loop-file-on-full-backing-fs',
      tell: 'the pool counts free blocks, but the file system under its loop file is full',
    },
  ],
  nextCheck: STATUS,
  remedies: [
    'thin-extend',
    'vgextend-then-lvextend',
    'thin-trim',
    'docker-image-prune',
    'thin-autoextend',
    'dmsetup-grow-thin-pool',
  ],
  prevention: 'autoextend with room in the volume group, an alert at 80 %, fstrim on a timer',
  sources: [
    'kernel Documentation/admin-guide/device-mapper/thin-provisioning.rst',
    'drivers/md/dm-thin.c (no_space_timeout, 60 s)',
    'moby daemon/graphdriver/devmapper/deviceset.go Status()',
  ],
  explains: [
    'dm-thin-silent-loss',
    'xfs-on-thin-hangs',
    'ext4-remount-ro',
    'ext4-emergency-ro',
    'xfs-shutdown',
    'mount-max',
  ],
  find,
};

function find(scene: Scene): Draft[] {
  const { facts } = scene;
  const drafts = thinPools(facts).flatMap((pool) => fromPool(pool, scene));
  if (drafts.some((draft) => draft.confidence !== 'possible')) return drafts;
  const word = fromMessage(facts) ?? fromKernel(scene) ?? fromConsequences(scene) ?? fromProse(scene);
  return word === undefined ? drafts : [word, ...drafts];
}

function fromPool(pool: Pool, { facts, from }: Scene): Draft[] {
  const full = fullLook(pool, from);
  const remedies = remediesFor(pool, facts);
  const subject = `thin pool ${pool.name}`;
  if (full !== undefined) {
    const shown = [...new Set(pool.looks.filter((look) => look.full).map((look) => look.fact))];
    const size = full.look.dataTotal;
    const grown = grownVolume(facts);
    return [
      {
        confidence: 'confirmed',
        subject,
        score: 90,
        evidence: [
          ...shown.slice(-3).map((fact) => decisive(fact, 'every data block of the pool is in use', DATA_SPACE)),
          ...kernel(facts, 'thin-pool-out-of-data-queue', 'thin-pool-out-of-data-error')
            .slice(-1)
            .map((fact) => evidence(fact, 'the kernel says so')),
        ],
        explanation: [
          `The pool has handed out ${size === undefined ? 'every data block' : `all of its ${iec(size)}`}; nothing on it can write to a new place.`,
          metadataSentence(pool),
          modeSentence(full.look.status),
          ...(grown === undefined
            ? []
            : [
                `The text goes on to grow one container's volume from ${grown.before.sectors} to ${grown.after.sectors} sectors (${iec(grown.before.sectors * 512)} to ${iec(grown.after.sectors * 512)}): that is another limit, and gives the pool no room.`,
              ]),
          ...(full.later === undefined ? [] : ['Later in the text the same pool has room again.']),
        ]
          .filter((sentence) => sentence !== '')
          .join(' '),
        remedies,
      },
    ];
  }
  const { dataFraction } = pool.now;
  const free = poolFree(pool.now);
  if (pool.now.failed || dataFraction === undefined || dataFraction < 0.9) return [];
  const nearly = dataFraction >= 0.99;
  const left = free === undefined ? percentOf(1 - dataFraction) : iec(free);
  return [
    {
      confidence: nearly ? 'likely' : 'possible',
      severity: nearly ? 'critical' : 'warning',
      subject,
      score: nearly ? 85 : 40,
      evidence: [decisive(pool.now.fact, `${percentOf(dataFraction)} of the data blocks in use`, DATA_SPACE)],
      explanation: `The pool is ${percentOf(dataFraction)} used: ${left} ${nearly ? 'are all that is left for every volume on it' : 'are left for every volume on it'}. When they are gone, writers hang and then fail.`,
      nextCheck: STATUS,
      remedies,
    },
  ];
}

/**
 * The shortest way out for this pool. Docker wants a tenth of the pool free (dm.min_free_space): a
 * volume group with less than a ninth of the pool's size cannot bring that back, and needs a disk first.
 */
function remediesFor(pool: Pool, facts: Facts): string[] {
  if (pool.loop) return fitting(ON_LOOP, pool, facts);
  const room = roomFor(pool, facts);
  const size = pool.now.dataTotal;
  const first = 'vgextend-then-lvextend';
  const all = dmThinDataFull.remedies;
  const poor = room !== undefined && size !== undefined && room.free < size / 9;
  return fitting(poor ? [first, ...all.filter((id) => id !== first)] : all, pool, facts);
}

const ON_LOOP = ['grow-loop-pool', 'thin-trim', 'docker-image-prune', 'loop-to-direct-lvm', 'switch-to-overlay2'];

function metadataSentence(pool: Pool): string {
  const fraction = pool.looks.findLast((look) => look.metadataFraction !== undefined)?.metadataFraction;
  if (fraction === undefined) return '';
  return fraction < 0.75
    ? `Its metadata is not the problem (${percentOf(fraction)} used).`
    : `Its metadata is ${percentOf(fraction)} used: enlarge that too.`;
}

function modeSentence(status: { whenFull: 'queue' | 'error'; mode: string } | undefined): string {
  if (status?.mode !== 'out_of_data_space') return '';
  return status.whenFull === 'queue'
    ? 'Writers are waiting: grown within no_space_timeout (60 s by default) nothing is lost.'
    : 'It already answers writes with errors: after growing it, check each file system on it.';
}

/** `Thin Pool has 0 free data blocks …`: Docker refuses at 10 %, but here nothing at all is left. */
function fromMessage(facts: Facts): Draft | undefined {
  const refusal = messages(facts, 'docker-thin-pool-min-free').find(
    (fact) => fact.value.params['kind'] !== 'metadata' && numberIn(fact, 'free') === 0,
  );
  if (refusal === undefined) return undefined;
  return {
    confidence: 'confirmed',
    subject: "Docker's thin pool",
    score: 90,
    evidence: [evidence(refusal, 'no free data block')],
    explanation:
      "Docker counted the pool's free data blocks before this operation and found none. Running containers cannot write to new places either.",
  };
}

function fromKernel({ facts, from }: Scene): Draft | undefined {
  const events = kernel(facts, 'thin-pool-out-of-data-queue', 'thin-pool-out-of-data-error', 'thin-pool-write-mode');
  const last = events.at(-1);
  const nospc = kernel(facts, 'ext4-bio-nospc');
  const known = thinPools(facts).some((pool) => pool.now.dataFraction !== undefined && !pool.now.full);
  if (last !== undefined && last.value.event !== 'thin-pool-write-mode' && !known) {
    return {
      confidence: from === 'text' && isLogLine(last.quote) ? 'confirmed' : 'likely',
      subject: `thin pool ${last.value.device ?? ''}`.trim(),
      score: 85,
      evidence: [last, ...nospc.slice(-1)].map((fact) => evidence(fact, 'the pool ran out of data blocks')),
      explanation:
        'The kernel switched the pool to out-of-data-space mode: its last block is handed out, and nothing here shows it grown since.',
      nextCheck: STATUS,
    };
  }
  if (nospc.length > 0 && !known) {
    return {
      confidence: 'likely',
      subject: `whatever lies below ${nospc.at(-1)?.value.device ?? 'the file system'}`,
      score: 75,
      evidence: nospc
        .slice(-2)
        .map((fact) => evidence(fact, 'I/O error 3 is BLK_STS_NOSPC: the device below said "no space"')),
      explanation:
        'ext4 had room, but the block device below refused the write for lack of space (I/O error 3): a thin pool, a VDO volume or a thin LUN is full.',
      nextCheck: STATUS,
    };
  }
  return undefined;
}

/** The kernel's own line, and not a sentence that quotes one. */
function isLogLine(quote: string): boolean {
  const before = quote.slice(0, Math.max(0, quote.indexOf('device-mapper:')));
  return !/["'`“”«»]/.test(before) && (before.trim() === '' || /\d/.test(before) || /\bkernel\b/i.test(before));
}

/** A person says it: the pool is full, at 100 %. */
function fromProse({ facts, from }: Scene): Draft | undefined {
  const said = mentions(facts, 'pool-is-full')[0];
  if (from === 'host' || said === undefined || !onThin(facts)) return undefined;
  if (thinPools(facts).some((pool) => pool.now.dataFraction !== undefined && !pool.now.full)) return undefined;
  if (messages(facts, 'docker-thin-pool-min-free').length > 0) return undefined;
  return {
    confidence: 'possible',
    subject: 'the thin pool',
    score: 72,
    evidence: [said, ...mentions(facts, 'hangs').slice(0, 1)].map((fact) => evidence(fact, 'a full pool is spoken of')),
    explanation:
      'The pool under the containers is said to be full: writers wait for a minute and then fail, and df shows nothing of it.',
    nextCheck: STATUS,
  };
}

/** What people see when a pool they do not know of is full: xfs threads that hang, ext4 that turns read-only with every df row far from full. */
function fromConsequences({ facts }: Scene): Draft | undefined {
  const pools = thinPools(facts).filter((pool) => pool.now.dataFraction !== undefined);
  if (pools.length > 0 && pools.every((pool) => !pool.now.full)) return undefined;
  const hung = kernel(facts, 'hung-task').filter((fact) =>
    /xfsaild|xfs-?(sync|buf|data|log)|kworker|dm-\d|jbd2/.test(fact.quote),
  );
  const onDm = hung.filter((fact) => /xfsaild\/dm-|jbd2\/dm-|dm-\d/.test(`${fact.quote} ${fact.value.device ?? ''}`));
  const xfs28 = kernel(facts, 'xfs-metadata-nospc').filter((fact) =>
    /dm-/.test(`${fact.value.device ?? ''} ${fact.quote}`),
  );
  if (onDm.length > 0 || xfs28.length > 0) {
    return {
      confidence: 'likely',
      subject: 'the thin pool below',
      score: 70,
      evidence: [...xfs28.slice(0, 2), ...onDm.slice(0, 2)].map((fact) =>
        evidence(fact, 'xfs cannot write its metadata to a device-mapper volume'),
      ),
      explanation:
        'xfs on a device-mapper volume waits for writes that never end. On container hosts that is what a full thin pool looks like: xfs repeats its metadata writes for ever, and docker hangs with it.',
      nextCheck: STATUS,
    };
  }
  const trouble = ext4Trouble(facts);
  const rows = realFileSystems(facts);
  if (trouble.length === 0 || rows.length === 0 || rows.some((row) => isFull(row.value))) return undefined;
  const inside = hiddenExt4(facts);
  if (!inside && !onThin(facts)) return undefined;
  const roomiest = rows.reduce((a, b) => (b.value.available > a.value.available ? b : a));
  return {
    confidence: inside || dockerOnDeviceMapper(facts) ? 'likely' : 'possible',
    subject: "the thin pool under the containers' file systems",
    score: 65,
    evidence: [
      ...trouble.slice(0, 3).map((fact) => evidence(fact, 'a file system below the containers failed to write')),
      evidence(roomiest, 'no file system that df shows is full'),
    ],
    explanation:
      `ext4 gets I/O errors and turns read-only, yet no file system in df is full${inside ? ', and none of them is ext4' : ''}: the ext4 that fails lives on a volume df does not show. ` +
      'Its pool has a limit of its own (100 GiB for a Docker loop file by default), and df of the disk says nothing about it.',
    nextCheck: {
      run: 'docker info',
      why: 'Data Space Used against Data Space Total is the pool; df cannot show it (`dmsetup status --noflush` says the same without Docker)',
    },
    remedies: ['grow-loop-pool', 'thin-extend', 'switch-to-overlay2'],
  };
}
