import type { Fact, Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { autoextend } from './help/autoextend.ts';
import { percentOf } from './help/sizes.ts';
import { thinPools } from './help/thin.ts';
import { messages } from './help/thin-signs.ts';

export const lvmAutoextendNotActive: Cause = {
  id: 'lvm-autoextend-not-active',
  title: 'the thin pool will not grow by itself',
  severity: 'warning',
  prevalence: 'B',
  about:
    'LVM can add space to a thin pool before it is full, but only when three things hold: a threshold below 100 (100, off, is the default), dmeventd watching the pool, and free extents in the volume group. ' +
    'One missing piece is silent until the pool is full.',
  confirm: 'lvs -o+seg_monitor says "not monitored", or thin_pool_autoextend_threshold is 100',
  lookAlikes: [
    { cause: 'vg-no-free-extents', tell: 'everything is set, but the volume group has no room for the step' },
  ],
  nextCheck: { run: 'lvs -o+seg_monitor,lv_profile', why: 'monitored or not, and by which profile' },
  remedies: ['thin-autoextend'],
  sources: ['lvmthin(7)', 'dmeventd(8)', 'lvm.conf(5) activation/thin_pool_autoextend_threshold'],
  find,
};

function find(scene: Scene): Draft[] {
  const { facts, from } = scene;
  const drafts: Draft[] = [];
  for (const pool of thinPools(facts)) {
    const lv = pool.lv;
    if (lv === undefined) continue;
    const config = autoextend(facts, pool);
    const reasons: { fact: Fact; why: string }[] = [];
    if (lv.value.monitor === 'not monitored') reasons.push({ fact: lv, why: 'dmeventd does not watch the pool' });
    if (config.threshold !== undefined && config.threshold >= 100 && config.fact !== undefined)
      reasons.push({ fact: config.fact, why: 'the threshold is 100: off' });
    const service = facts.last(
      'service-state',
      (value) => /^(dm-event|lvm2-monitor)/.test(value.name) && !value.active,
    );
    if (service !== undefined && lv.value.monitor !== 'monitored')
      reasons.push({ fact: service, why: 'the service that watches is not running' });
    const unprotected = messages(facts, 'lvm-no-autoextend-protection').at(-1);
    if (unprotected !== undefined && reasons.length > 0) reasons.push({ fact: unprotected, why: 'LVM warns of it' });
    if (reasons.length === 0) continue;
    const used = pool.now.dataFraction ?? 0;
    drafts.push({
      confidence: from === 'host' && used >= 0.5 ? 'likely' : 'possible',
      severity: used >= 0.75 ? 'warning' : 'notice',
      subject: `thin pool ${pool.name}`,
      score: 25,
      evidence: reasons.map(({ fact, why }) => evidence(fact, why)),
      explanation: `${reasons.map(({ why }) => why).join('; ')}. The pool is ${pool.now.dataFraction === undefined ? 'in use' : `${percentOf(used)} used`} and nothing will extend it before it is full.`,
    });
  }
  return [...drafts, ...fromWarning(facts, drafts)];
}

/** LVM's warning alone: somebody made a pool with autoextend off. */
function fromWarning(facts: Facts, known: Draft[]): Draft[] {
  const warned = messages(facts, 'lvm-no-autoextend-protection').at(-1);
  if (warned === undefined || known.length > 0) return [];
  return [
    {
      confidence: 'possible',
      severity: 'notice',
      subject: 'thin pools of this host',
      score: 15,
      evidence: [evidence(warned, 'LVM warns')],
      explanation: 'LVM says that thin pools are not protected against running full: the autoextend threshold is 100.',
    },
  ];
}
