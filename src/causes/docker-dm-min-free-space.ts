import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { decisive } from './help/decisive.ts';
import { fitting } from './help/pool-remedies.ts';
import { percentOf, si } from './help/sizes.ts';
import { poolFree, thinPools } from './help/thin.ts';
import { messages, numberIn } from './help/thin-signs.ts';

export const dockerDmMinFreeSpace: Cause = {
  id: 'docker-dm-min-free-space',
  title: 'Docker refuses work because less than its minimum of the thin pool is free',
  severity: 'critical',
  prevalence: 'B',
  about:
    'The devicemapper driver keeps a reserve: with less than 10 % of the data or metadata blocks free (dm.min_free_space) it refuses every pull, create and start. ' +
    'The pool is not full yet, and containers that run still write: they eat the reserve, so it must be made free soon.',
  confirm:
    'the message "Thin Pool has N free data blocks which is less than minimum required M", or total less used below Thin Pool Minimum Free Space in docker info',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'zero free blocks, or pool mode out_of_data_space' },
    { cause: 'dm-thin-metadata-full', tell: 'the message counts metadata blocks, or the pool is ro' },
    {
      cause: 'loop-file-on-full-backing-fs',
      tell: 'Available is below the minimum but total less used is not: the disk below is short',
    },
  ],
  nextCheck: { run: 'docker info', why: 'total less used against Thin Pool Minimum Free Space' },
  remedies: [
    'docker-image-prune',
    'thin-trim',
    'thin-extend',
    'vgextend-then-lvextend',
    'grow-loop-pool',
    'lower-dm-min-free-space',
  ],
  sources: ['moby daemon/graphdriver/devmapper/deviceset.go poolHasFreeSpace()', 'moby#20786'],
  find,
};

function find({ facts, from }: Scene): Draft[] {
  const refusal = messages(facts, 'docker-thin-pool-min-free').at(-1);
  if (refusal !== undefined) {
    const free = numberIn(refusal, 'free');
    const required = numberIn(refusal, 'required');
    const kind = refusal.value.params['kind'] === 'metadata' ? 'metadata' : 'data';
    const counted = free !== undefined && required !== undefined && free < required && free > 0;
    return [
      {
        confidence: counted ? 'confirmed' : 'likely',
        subject: "Docker's thin pool",
        score: free === 0 ? 50 : 80,
        evidence: [evidence(refusal, `free ${kind} blocks below the minimum`)],
        explanation:
          free === undefined || required === undefined
            ? `Docker refuses because too few ${kind} blocks of its thin pool are free.`
            : `${free} ${kind} blocks are free and Docker wants ${required}: it refuses to pull, create and start. ${
                free === 0
                  ? 'Nothing is left at all.'
                  : kind === 'data'
                    ? 'Containers that run can still write, and eat what is left.'
                    : 'It is the metadata that is short, not the data: images and many small layers fill it.'
              }`,
        ...(kind === 'metadata'
          ? { remedies: ['extend-thin-metadata', 'docker-image-prune', 'lower-dm-min-free-space'] }
          : {}),
      },
    ];
  }
  return thinPools(facts).flatMap((pool): Draft[] => {
    const docker = pool.docker;
    const look = pool.now;
    const free = poolFree(look);
    const minimum = docker?.value.minimumFree;
    if (
      docker === undefined ||
      minimum === undefined ||
      minimum === 0 ||
      free === undefined ||
      free + (docker.value.resolution ?? 0) >= minimum
    )
      return [];
    const nearlyFull = look.full || (look.dataFraction ?? 0) >= 0.99;
    return [
      {
        confidence: nearlyFull || from === 'text' ? 'likely' : 'confirmed',
        subject: `thin pool ${pool.name}`,
        score: nearlyFull ? 40 : 75,
        evidence: [decisive(docker, `free ${si(free)}, minimum ${si(minimum)}`, /Data Space|Minimum Free/)],
        explanation: `${si(free)} of the pool are free (${percentOf(look.dataFraction ?? 0)} used) and Docker's minimum is ${si(minimum)}: pulls, creates and starts are refused${look.full ? '' : ' while containers that run still write'}.`,
        remedies: fitting(dockerDmMinFreeSpace.remedies, pool, facts),
      },
    ];
  });
}
