import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { thinPools } from './help/thin.ts';
import { kernel } from './help/thin-signs.ts';

export const dmThinFail: Cause = {
  id: 'dm-thin-fail',
  title: 'a thin pool has failed: its metadata cannot be read',
  severity: 'critical',
  prevalence: 'C',
  about:
    'The kernel gave the pool up: all reads and writes on every volume of it return I/O errors. The data blocks are most likely intact, but the map that says which block belongs to whom cannot be read. ' +
    'Copy the metadata device before anything else is tried.',
  confirm: 'the status of the pool is the one word Fail (or Error), or lvs health is failed (F)',
  lookAlikes: [{ cause: 'dm-thin-needs-check', tell: 'mode ro and needs_check: reads still work' }],
  nextCheck: { run: 'dmsetup status --noflush', why: 'a failed pool answers only Fail' },
  remedies: ['thin-repair'],
  sources: ['kernel thin-provisioning.rst', 'thin_repair(8)'],
  explains: ['dm-thin-silent-loss'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const failed = thinPools(facts).filter((pool) => pool.now.failed);
  const said = kernel(facts, 'thin-pool-failed').at(-1);
  const drafts: Draft[] = failed.map((pool) => ({
    confidence: 'confirmed',
    subject: `thin pool ${pool.name}`,
    score: 95,
    evidence: [
      evidence(pool.now.fact, 'the pool has failed'),
      ...(said === undefined ? [] : [evidence(said, 'the kernel gave it up')]),
    ],
    explanation:
      'The pool is in failure mode: every access to its volumes returns an I/O error. Save the metadata device, then repair a copy.',
  }));
  if (drafts.length === 0 && said !== undefined && !thinPools(facts).some((pool) => pool.now.status !== undefined)) {
    drafts.push({
      confidence: 'likely',
      subject: `thin pool ${said.value.device ?? ''}`.trim(),
      score: 80,
      evidence: [evidence(said, 'the kernel gave the pool up')],
      explanation: 'The kernel switched the pool to failure mode.',
    });
  }
  return drafts;
}
