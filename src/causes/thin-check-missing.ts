import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { messages } from './help/thin-signs.ts';

export const thinCheckMissing: Cause = {
  id: 'thin-check-missing',
  title: 'thin_check is not installed, so LVM does not activate the thin pool',
  severity: 'critical',
  prevalence: 'B',
  about:
    'LVM runs thin_check before it activates a thin pool. On a fresh or rebuilt host (or in an initramfs) the program may be missing: the check "fails", the pool stays inactive, and Docker says its pool device does not exist. ' +
    'Nothing is damaged, whatever "Manual repair required" suggests.',
  confirm: '"thin_check: execvp failed: No such file or directory"',
  lookAlikes: [
    { cause: 'thin-check-strict-upgrade', tell: 'thin_check ran and returned a status such as 64' },
    { cause: 'dm-thin-transaction-id-mismatch', tell: 'LVM prints two transaction numbers' },
  ],
  nextCheck: { run: 'vgchange -ay', why: 'says why the pool is not activated' },
  remedies: ['install-thin-provisioning-tools'],
  sources: ['docker/docs#6942', 'lvm.conf(5) global/thin_check_executable'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const missing = messages(facts, 'lvm-thin-check-missing').at(-1);
  const gone = messages(facts, 'docker-dm-nonexisting-device').at(-1);
  if (missing !== undefined) {
    return [
      {
        confidence: 'confirmed',
        subject: 'thin_check',
        score: 90,
        evidence: [
          evidence(missing, 'the program is not there'),
          ...messages(facts, 'lvm-thin-check-failed')
            .slice(-1)
            .map((fact) => evidence(fact, 'so the check counts as failed')),
          ...(gone === undefined ? [] : [evidence(gone, 'and Docker finds no pool')]),
        ],
        explanation:
          'LVM could not run thin_check because it is not installed, and left the pool inactive. Install thin-provisioning-tools and activate it; do not repair anything.',
      },
    ];
  }
  if (gone === undefined || messages(facts, 'lvm-transaction-id-mismatch', 'lvm-thin-check-failed').length > 0)
    return [];
  return [
    {
      confidence: 'possible',
      subject: `thin pool ${gone.value.params['device'] ?? ''}`.trim(),
      score: 55,
      evidence: [evidence(gone, 'the pool device does not exist')],
      explanation:
        "Docker's pool is not active. Most often LVM refused to activate it at boot, since thin_check is missing or did not like what it saw; activating it by hand says why.",
    },
  ];
}
