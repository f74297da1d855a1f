import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { messages } from './help/thin-signs.ts';

export const dmThinTransactionIdMismatch: Cause = {
  id: 'dm-thin-transaction-id-mismatch',
  title: 'LVM and the thin pool disagree about the transaction number',
  severity: 'critical',
  prevalence: 'C',
  about:
    'LVM counts its changes to a pool, and the pool counts them too. When somebody else changes the pool behind LVM (Docker with dm.thinpooldev on an LVM pool) or old VG metadata was restored, the numbers differ: ' +
    'after the next reboot LVM does not activate the pool. Nothing is full and nothing is lost.',
  confirm: '"transaction_id is N, while expected M" or "unexpected transaction id"',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'LVM also says "reached threshold" here, which misleads' },
    { cause: 'thin-check-missing', tell: 'execvp failed: the check could not run' },
  ],
  nextCheck: { run: 'vgchange -ay', why: 'prints both transaction numbers' },
  remedies: ['lvm-transaction-id-restore'],
  prevention:
    'a pool that only one of LVM and Docker drives: leave transaction handling to Docker by making the pool with lvconvert and never creating LVs in it',
  sources: ['moby#15629', 'lvm2 lib/activate/dev_manager.c'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const said = messages(facts, 'lvm-transaction-id-mismatch').at(-1);
  if (said !== undefined) {
    const { found, expected, pool } = said.value.params;
    return [
      {
        confidence: 'confirmed',
        subject: pool === undefined ? 'thin pool' : `thin pool ${pool}`,
        score: 90,
        evidence: [evidence(said, 'the two counts differ')],
        explanation: `The pool is at transaction ${found ?? '(not printed)'} and LVM expects ${expected ?? '(not printed)'}: LVM refuses to activate it. The data is still there; change nothing in the pool before its metadata is saved.`,
      },
    ];
  }
  return [];
}
