import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { percentOf } from './help/sizes.ts';
import { messages, numberIn } from './help/thin-signs.ts';

export const vdoPhysicalFull: Cause = {
  id: 'vdo-physical-full',
  title: 'the physical space of a VDO volume is used up',
  severity: 'critical',
  prevalence: 'B',
  about:
    'VDO (deduplication and compression) shows file systems a logical size that is larger than the disk below. When the physical blocks end, writes fail or the file system turns read-only although df shows room, ' +
    'and writes that were not confirmed may be lost.',
  confirm: 'vdostats Use% 100, lvs Data% 100 of a VDO pool, or dmeventd\'s "VDO pool … is now N% full"',
  lookAlikes: [{ cause: 'dm-thin-data-full', tell: 'a thin pool (attr t), not a VDO pool (attr d)' }],
  nextCheck: { run: 'vdostats --human-readable', why: 'physical use, which df cannot show' },
  remedies: ['extend-vdo-pool', 'thin-trim'],
  sources: ['lvmvdo(7)', 'Red Hat: Deduplicating and compressing logical volumes'],
  find,
};

function find({ facts }: Scene): Draft[] {
  // lvs: first attr letter d is a VDO pool (lvs(8))
  const pools = facts.all('lv', (lv) => /^d/.test(lv.attr ?? '') && (lv.dataPercent ?? 0) >= 90);
  const drafts: Draft[] = pools.map((lv) => {
    const full = (lv.value.dataPercent ?? 0) >= 99.9;
    return {
      confidence: full ? 'confirmed' : 'likely',
      severity: full ? 'critical' : 'warning',
      subject: `VDO pool ${lv.value.vg}/${lv.value.name}`,
      score: 80,
      evidence: [evidence(lv, `${lv.value.dataPercent} % of the physical blocks`)],
      explanation: `The VDO pool is ${percentOf((lv.value.dataPercent ?? 0) / 100)} used; what lies on it cannot know.`,
    };
  });
  const warned = messages(facts, 'vdo-pool-nearly-full').at(-1);
  if (drafts.length === 0 && warned !== undefined) {
    const percent = numberIn(warned, 'percent') ?? 0;
    drafts.push({
      confidence: percent >= 100 ? 'confirmed' : 'likely',
      severity: percent >= 99 ? 'critical' : 'warning',
      subject: `VDO pool ${warned.value.params['pool'] ?? ''}`.trim(),
      score: 75,
      evidence: messages(facts, 'vdo-pool-nearly-full')
        .slice(-2)
        .map((fact) => evidence(fact, 'physical space in use')),
      explanation: `The physical space of the VDO pool is ${percent} % used; df of the file system on it cannot show that.`,
    });
  }
  return drafts;
}
