import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { thinPools } from './help/thin.ts';
import { kernel } from './help/thin-signs.ts';

export const dmThinSilentLoss: Cause = {
  id: 'dm-thin-silent-loss',
  title: 'writes that seemed to succeed were lost on a full thin pool',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A program writes into memory and is told it worked; the kernel writes it out later. If the pool has no block by then, the data is dropped, and only a program that calls fsync hears of it. ' +
    'Files written around that time may be short or hold zeros, and ext4 or xfs may need a check, also after the pool was grown.',
  confirm:
    'ext4_end_bio I/O error 3, or xfs writeback errors with error 28, on a device-mapper device while the pool was full',
  lookAlikes: [{ cause: 'loop-file-on-full-backing-fs', tell: 'I/O error 10 and "loop: Write error"' }],
  nextCheck: { run: 'dmesg', why: 'lists the inodes whose writes were lost' },
  remedies: ['check-file-systems-after-full-pool'],
  sources: ['linux/blk_types.h BLK_STS_NOSPC (3)', 'kernel thin-provisioning.rst'],
  find,
};

function find({ facts, from }: Scene): Draft[] {
  const lost = [
    ...kernel(facts, 'ext4-bio-nospc'),
    ...kernel(facts, 'xfs-writeback-error').filter((fact) => /dm-/.test(`${fact.value.device ?? ''} ${fact.quote}`)),
  ];
  const pools = thinPools(facts);
  const full =
    pools.some((pool) => pool.looks.some((look) => look.full)) ||
    kernel(facts, 'thin-pool-out-of-data-error', 'thin-pool-out-of-data-queue').length > 0;
  if (lost[0] === undefined || !full) return [];
  // the log keeps its lines for as long as the host is up: a pool that has room today lost nothing today
  const over =
    from === 'host' &&
    pools.length > 0 &&
    pools.every(({ now }) => now.dataFraction !== undefined && !now.full && !now.failed && now.mode !== 'ro');
  return [
    {
      confidence: 'likely',
      ...(over ? { severity: 'warning' as const } : {}),
      subject: lost[0].value.device ?? 'file systems on the pool',
      score: 30,
      evidence: lost.slice(0, 3).map((fact) => evidence(fact, 'a write-out was refused for lack of space')),
      explanation:
        `${lost.length} write-out${lost.length === 1 ? '' : 's'} failed while the pool was full: what programs wrote there without fsync is gone. ` +
        (over
          ? 'The pool has room again; check these file systems and restore the files if that was not done.'
          : 'Check these file systems and restore the files once the pool has room.'),
    },
  ];
}
