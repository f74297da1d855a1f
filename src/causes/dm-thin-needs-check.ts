import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { spentBelow } from './help/loop-backing.ts';
import { fitting } from './help/pool-remedies.ts';
import { thinPools } from './help/thin.ts';
import { kernel, messages, numberIn } from './help/thin-signs.ts';

export const dmThinNeedsCheck: Cause = {
  id: 'dm-thin-needs-check',
  title: 'a thin pool is read-only until its metadata has been checked',
  severity: 'critical',
  prevalence: 'B',
  about:
    'After a failed commit (metadata full, an I/O error) the kernel writes a needs_check flag into the pool. The flag outlives reboots, and a clean thin_check does not clear it by itself: ' +
    'the pool stays read-only and refuses to be grown until the flag is cleared on purpose.',
  confirm: 'needs_check at the end of the dmsetup status line, or c/C as the fifth letter of the lvs attributes',
  lookAlikes: [
    { cause: 'dm-thin-metadata-full', tell: 'metadata used is at the end: enlarge it first, or the flag comes back' },
    { cause: 'dm-thin-fail', tell: 'the whole status is Fail' },
    { cause: 'thin-check-missing', tell: 'the check could not run: thin_check is not installed' },
  ],
  nextCheck: { run: 'dmsetup status --noflush', why: 'ends with needs_check or with -' },
  remedies: ['thin-repair', 'extend-thin-metadata'],
  sources: ['kernel thin-provisioning.rst', 'lvmthin(7)', 'moby#15721'],
  find,
};

function find(scene: Scene): Draft[] {
  const { facts } = scene;
  const drafts: Draft[] = [];
  for (const pool of thinPools(facts)) {
    const flagged = pool.looks.findLast((look) => look.status !== undefined)?.status?.needsCheck === true;
    const byLvs = /^....[cC]/.test(pool.lv?.value.attr ?? '');
    if (!flagged && !byLvs) continue;
    const fact = (flagged ? pool.looks.findLast((look) => look.status !== undefined)?.fact : pool.lv) ?? pool.now.fact;
    const metadataFull = (pool.now.metadataFraction ?? 0) >= 0.95;
    const starved = spentBelow(scene, pool);
    drafts.push({
      confidence: 'confirmed',
      subject: `thin pool ${pool.name}`,
      score: metadataFull || starved ? 50 : 85,
      evidence: [
        evidence(fact, 'the pool asks for a check'),
        ...(starved ? [evidence(starved.below.fact, 'the file under the pool cannot grow')] : []),
      ],
      explanation: `The pool carries needs_check and stays read-only.${metadataFull ? ' Its metadata is also full: enlarge that first, or the flag comes back.' : ''}${starved ? ` Its commit failed as ${starved.loop.value.backFile} could not grow: make room in ${starved.below.mountpoint} first, or the flag comes back.` : ''}`,
      remedies: fitting(dmThinNeedsCheck.remedies, pool, facts),
    });
  }
  if (drafts.length > 0) return drafts;
  const asked = kernel(facts, 'thin-pool-needs-check').at(-1);
  if (asked !== undefined) {
    drafts.push({
      confidence: 'likely',
      subject: `thin pool ${asked.value.device ?? ''}`.trim(),
      score: 70,
      evidence: [evidence(asked, 'the kernel wants a check')],
      explanation: 'The kernel marked the pool needs_check; it stays read-only until the flag is cleared.',
    });
  }
  const failed = messages(facts, 'lvm-thin-check-failed').at(-1);
  if (failed !== undefined && drafts.length === 0 && messages(facts, 'lvm-thin-check-missing').length === 0) {
    drafts.push({
      confidence: 'possible',
      subject: `thin pool ${failed.value.params['pool'] ?? ''}`.trim(),
      score: numberIn(failed, 'status') === 64 ? 50 : 70,
      evidence: [evidence(failed, 'LVM will not activate the pool before a repair')],
      explanation: 'thin_check did not accept the metadata, so LVM leaves the pool inactive until it is repaired.',
      nextCheck: {
        run: 'dmsetup status --noflush',
        why: 'shows whether the pool is active, read-only, or marked needs_check',
      },
    });
  }
  return drafts;
}
