import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { iec } from './help/sizes.ts';
import { thinPools } from './help/thin.ts';
import { isFull, realFileSystems } from './help/thin-signs.ts';

export const stratisOrBcachefsPool: Cause = {
  id: 'stratis-or-bcachefs-pool',
  title: 'a Stratis or bcachefs pool has no space left',
  severity: 'critical',
  prevalence: 'C',
  about:
    'Stratis puts xfs on a thin pool that answers errors as soon as it is full; df of the file system shows its virtual size, not the pool. bcachefs keeps a share of the disk back for its own clean-up, so it is full earlier than the disk. ' +
    'Both need a look at the pool, not at df.',
  confirm:
    'stratis pool list shows no free space (or its thin pool is out_of_data_space); bcachefs fs usage shows nothing free',
  lookAlikes: [
    {
      cause: 'dm-thin-data-full',
      tell: 'the same pool seen from device-mapper; with Stratis, extend through stratis only',
    },
  ],
  nextCheck: { run: 'stratis pool list', why: 'total, used and free of each pool' },
  remedies: ['stratis-add-data'],
  sources: ['stratis-storage/stratisd#3804', 'devicemapper-rs#302', 'bcachefs: Principles of Operation'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const drafts: Draft[] = thinPools(facts)
    .filter((pool) => /^stratis-1-/.test(pool.name) && pool.now.full)
    .map((pool) => ({
      confidence: 'likely',
      subject: pool.name,
      score: 85,
      evidence: [evidence(pool.now.fact, 'the thin pool of Stratis is full')],
      explanation:
        'The pool belongs to Stratis and is full. Add a device with stratis; growing it with LVM or dmsetup behind its back would break it.',
    }));
  for (const row of realFileSystems(facts).filter((fact) => fact.value.type === 'bcachefs')) {
    if (!isFull(row.value)) continue;
    drafts.push({
      confidence: 'likely',
      subject: row.value.mountpoint,
      score: 70,
      evidence: [evidence(row, 'nothing is available')],
      explanation: `The bcachefs of ${iec(row.value.size)} has nothing left; part of it is kept back for its own garbage collection.`,
      nextCheck: {
        run: `bcachefs fs usage ${row.value.mountpoint}`,
        why: 'what is reserved, and what each device has left',
      },
      remedies: ['grow-file-system'],
    });
  }
  const stratis = facts.last('df', (row) => /\/stratis(-1-|\/)/.test(row.filesystem));
  const failed = facts.last('symptom', (symptom) => symptom.errno === 'ENOSPC' || symptom.errno === 'EIO');
  if (drafts.length === 0 && stratis !== undefined && failed !== undefined && !isFull(stratis.value)) {
    drafts.push({
      confidence: 'possible',
      subject: stratis.value.mountpoint,
      score: 50,
      evidence: [
        evidence(failed, 'a write failed'),
        evidence(stratis, 'df shows the virtual size of a Stratis file system'),
      ],
      explanation: 'The file system lies on a Stratis pool; df cannot show whether the pool has room.',
    });
  }
  return drafts;
}
