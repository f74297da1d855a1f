import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { mentioned, messages, numberIn } from './help/thin-signs.ts';

export const thinCheckStrictUpgrade: Cause = {
  id: 'thin-check-strict-upgrade',
  title: 'a newer thin_check refuses a pool that older versions accepted',
  severity: 'critical',
  prevalence: 'C',
  about:
    'thin-provisioning-tools 1.0 checks the metadata more thoroughly than 0.9 and returns an error for minor faults that never disturbed the kernel. After the upgrade LVM does not activate the pool and the host may not boot. ' +
    'The pool is as it was yesterday.',
  confirm:
    '"Check of pool … failed (status:64)" after an update of thin-provisioning-tools, and thin_check 0.9 accepts the same metadata',
  lookAlikes: [
    { cause: 'dm-thin-metadata-corrupt', tell: 'thin_check names bad checksums; an older version refuses too' },
    { cause: 'thin-check-missing', tell: 'execvp failed: not installed' },
    { cause: 'dm-thin-needs-check', tell: 'the kernel set needs_check' },
  ],
  nextCheck: { run: 'thin_check --version', why: '1.0 and later are the strict ones' },
  remedies: ['thin-repair', 'older-thin-provisioning-tools'],
  sources: ['jthornber/thin-provisioning-tools#244'],
  find,
};

function find({ facts }: Scene): Draft[] {
  if (messages(facts, 'lvm-thin-check-missing').length > 0) return [];
  const failed = messages(facts, 'lvm-thin-check-failed').at(-1);
  if (failed === undefined) return [];
  const status = numberIn(failed, 'status');
  const upgraded = mentioned(facts, 'upgrade');
  // 64: the Rust tools' own exit status; 1 is what either version gives for real damage
  if (status !== 64 && !upgraded) return [];
  // the tool goes on to name real damage: the metadata is the problem, not the strictness
  const damaged = messages(facts, 'thin-metadata-corrupt').some((fact) =>
    /missing \d+ mappings|contain errors|checksum|node_check|bad magic/i.test(fact.quote),
  );
  return [
    {
      confidence: damaged && !upgraded ? 'possible' : 'likely',
      subject: `thin pool ${failed.value.params['pool'] ?? ''}`.trim(),
      score: status === 64 ? 85 : 80,
      evidence: [evidence(failed, `thin_check returned ${status ?? 'an error'}`)],
      explanation: `thin_check returned ${status ?? 'an error'} and LVM keeps the pool inactive. Versions from 1.0 on refuse minor faults that 0.9 let pass: ${upgraded ? 'after an upgrade' : 'if the tools were updated before this boot,'} the pool may be sound.`,
    },
  ];
}
