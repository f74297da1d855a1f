import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { fitting } from './help/pool-remedies.ts';
import { thinPools } from './help/thin.ts';
import { kernel } from './help/thin-signs.ts';

export const xfsOnThinHangs: Cause = {
  id: 'xfs-on-thin-hangs',
  title: 'xfs on a full thin pool repeats its metadata writes for ever',
  severity: 'critical',
  prevalence: 'B',
  about:
    'xfs by default never gives up a metadata write. On a thin pool without free blocks its threads wait in D state, and with them docker ps, docker rm and every process in the container. ' +
    'Killing does not help; giving the pool room does, at once.',
  confirm:
    'tasks in D state inside xfs functions or the kernel\'s "metadata I/O error … error 28", on a volume whose pool is full',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'this is what makes it hang: look at the pool' },
    { cause: 'dm-device-suspended', tell: 'the device is suspended: dmsetup info says so' },
  ],
  nextCheck: { run: 'dmsetup status --noflush', why: 'a full pool shows out_of_data_space' },
  remedies: ['thin-extend', 'grow-loop-pool', 'xfs-fail-on-nospace'],
  sources: ['Documentation/admin-guide/xfs.rst (error/metadata/ENOSPC/max_retries, default -1)', 'moby#26212'],
  find,
};

function find({ facts, from }: Scene): Draft[] {
  const onDm = (quote: string): boolean => /\bdm-\d|xfsaild|mapper/.test(quote);
  const hung = kernel(facts, 'hung-task').filter(
    (fact) => /xfs/i.test(fact.quote) && onDm(`${fact.quote} ${fact.value.device ?? ''}`),
  );
  const refused = kernel(facts, 'xfs-metadata-nospc').filter((fact) =>
    onDm(`${fact.quote} ${fact.value.device ?? ''}`),
  );
  const signs = [...refused, ...hung];
  const pools = thinPools(facts);
  if (signs[0] === undefined) return [];
  const full = pools.find((pool) => pool.now.full);
  // a host whose pools all have room: those lines of the log are history
  if (from === 'host' && pools.length > 0 && full === undefined) return [];
  return [
    {
      confidence: full ? 'likely' : 'possible',
      subject: signs[0].value.device ?? 'xfs on a thin volume',
      score: 65,
      evidence: [...refused.slice(0, 2), ...hung.slice(0, 2)].map((fact) =>
        evidence(fact, 'xfs cannot get its metadata written'),
      ),
      explanation:
        'xfs keeps repeating a metadata write that the device below refuses or never answers; everything that touches this file system hangs until the pool below has room.',
      ...(full === undefined ? {} : { remedies: fitting(xfsOnThinHangs.remedies, full, facts) }),
    },
  ];
}
