import type { Fact, Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { fitting } from './help/pool-remedies.ts';
import { percentOf } from './help/sizes.ts';
import { thinPools } from './help/thin.ts';
import { kernel, messages } from './help/thin-signs.ts';

export const dmThinMetadataFull: Cause = {
  id: 'dm-thin-metadata-full',
  title: "a thin pool's metadata device is full",
  severity: 'critical',
  prevalence: 'B',
  about:
    'A thin pool keeps a map of its blocks on a small device of its own. When that is full the pool turns read-only at once, even with plenty of data blocks free, and even before 100 %: ' +
    'writes fail with I/O errors, no volume can be made or deleted, and the pool wants a check before it works again.',
  confirm:
    'mode ro with used metadata near total, the kernel\'s "unable to allocate new metadata block", or lvs Meta% 100',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'mode out_of_data_space; data blocks used up' },
    { cause: 'dm-thin-needs-check', tell: 'metadata has room but the flag is still set' },
  ],
  nextCheck: { run: 'dmsetup status --noflush', why: 'used/total metadata blocks and the mode' },
  remedies: ['extend-thin-metadata', 'thin-repair', 'dmsetup-grow-thin-metadata'],
  prevention: 'watch metadata_percent apart from data_percent; alert at 75 %',
  sources: [
    'kernel thin-provisioning.rst',
    'drivers/md/dm-thin.c calc_metadata_threshold',
    'lvmthin(7) "Metadata space exhaustion"',
  ],
  explains: [
    'dm-thin-needs-check',
    'dm-thin-fail',
    'xfs-shutdown',
    'xfs-on-thin-hangs',
    'ext4-remount-ro',
    'ext4-emergency-ro',
  ],
  find,
};

/** The kernel keeps blocks back for its own commit: a pool was seen to turn ro at 503 of 512 (98.2 %). */
const AS_GOOD_AS_FULL = 0.95;

function find({ facts, from }: Scene): Draft[] {
  const said = kernel(facts, 'thin-pool-metadata-full');
  const drafts = fromFailed(facts, said);
  for (const pool of thinPools(facts)) {
    const look = pool.looks.findLast((candidate) => candidate.metadataFraction !== undefined);
    const fraction = look?.metadataFraction;
    if (look === undefined || fraction === undefined || fraction < 0.75) continue;
    const status = look.status;
    const stopped =
      fraction >= AS_GOOD_AS_FULL && (status?.mode === 'ro' || status?.needsCheck === true || fraction >= 1);
    const nearly = fraction >= AS_GOOD_AS_FULL;
    if (!nearly && from === 'text' && look.full) continue;
    drafts.push({
      confidence: stopped ? 'confirmed' : nearly ? 'likely' : 'possible',
      severity: nearly ? 'critical' : fraction >= 0.85 ? 'warning' : 'notice',
      subject: `metadata of thin pool ${pool.name}`,
      score: stopped ? 88 : 30,
      evidence: [
        evidence(look.fact, `${percentOf(fraction)} of the metadata in use`),
        ...said.slice(0, 1).map((fact) => evidence(fact, 'the kernel found no metadata block')),
      ],
      explanation: `The pool's metadata is ${percentOf(fraction)} used${look.dataFraction === undefined ? '' : ` while its data is ${percentOf(look.dataFraction)} used`}. ${
        stopped
          ? `It has turned read-only: every write that needs a new block fails, and no volume can be created or deleted.${status?.mode === 'ro' && !status.needsCheck ? ' It wants no check: enlarged while it runs, it takes writes again.' : ''}`
          : 'When it ends the pool turns read-only at once, with no 60 seconds of grace.'
      }`,
      remedies: fitting(dmThinMetadataFull.remedies, pool, facts),
    });
  }
  if (
    said[0] !== undefined &&
    !drafts.some((draft) => draft.confidence === 'confirmed') &&
    !kernel(facts, 'thin-pool-write-mode').some((fact) => fact.order > (said.at(-1)?.order ?? 0)) &&
    // the log of a host whose pools take writes tells of the past
    !(from === 'host' && allWritable(facts))
  ) {
    drafts.push({
      confidence:
        from === 'text' || thinPools(facts).every((pool) => pool.now.metadataFraction === undefined)
          ? 'confirmed'
          : 'likely',
      subject: `metadata of thin pool ${said[0].value.device ?? ''}`.trim(),
      score: 80,
      evidence: said.slice(0, 2).map((fact) => evidence(fact, 'no metadata block could be allocated')),
      explanation: "The kernel could not allocate a block on the pool's metadata device; the pool turned read-only.",
    });
  }
  const refusal = messages(facts, 'docker-thin-pool-min-free').find((fact) => fact.value.params['kind'] === 'metadata');
  if (refusal !== undefined && drafts.length === 0) {
    drafts.push({
      confidence: 'possible',
      severity: 'warning',
      subject: "metadata of Docker's thin pool",
      evidence: [evidence(refusal, 'free metadata blocks are below the minimum')],
      explanation: 'The metadata of the pool runs out; Docker stops before the kernel does.',
    });
  }
  return drafts;
}

function allWritable(facts: Facts): boolean {
  const states = thinPools(facts).map((pool) => pool.looks.findLast((look) => look.status !== undefined));
  return states.length > 0 && states.every((look) => look?.mode === 'rw' && (look.metadataFraction ?? 1) < 0.9);
}

/**
 * Writes on their way when the last metadata block goes can take the whole pool down: the kernel finds no
 * block to note needs_check in, and gives up. Nothing on disk is damaged by that; the status is but `Fail`.
 */
function fromFailed(facts: Facts, said: Fact<'kernel-event'>[]): Draft[] {
  const [first] = said;
  const failed = thinPools(facts).filter((pool) => pool.now.failed);
  const [pool] = failed;
  if (first === undefined || pool === undefined || failed.length > 1) return [];
  if (kernel(facts, 'thin-pool-write-mode').some((fact) => fact.order > first.order)) return [];
  return [
    {
      confidence: 'confirmed',
      subject: `metadata of thin pool ${pool.name}`,
      // before dm-thin-fail, which only says how it ended
      score: 97,
      evidence: [
        ...said.slice(0, 2).map((fact) => evidence(fact, 'no metadata block could be allocated')),
        evidence(pool.now.fact, 'the pool has failed'),
      ],
      explanation:
        "The pool's metadata device had no free block, and writes that were on their way then made the pool fail: every access to its volumes returns an I/O error. " +
        'What was committed is still there. Deactivated, given more metadata and activated again, the pool works.',
      remedies: fitting(dmThinMetadataFull.remedies, pool, facts),
    },
  ];
}
