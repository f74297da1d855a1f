import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { messages } from './help/thin-signs.ts';

export const thinPoolAlreadyUsed: Cause = {
  id: 'thin-pool-already-used',
  title: 'Docker refuses a thin pool that already holds data it does not know',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Docker takes a pool over only when it is empty, or when its own records under the data root belong to it. If /var/lib/docker was deleted or moved, or the pool was used by another daemon, Docker finds used blocks and will not start. ' +
    'The pool is not full. The old images and containers are still in it, without their records.',
  confirm: '"Unable to take ownership of thin-pool (NAME) that already has used data blocks"',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'the pool itself has no free block' },
    { cause: 'dm-thin-metadata-corrupt', tell: 'the pool cannot be opened at all' },
  ],
  nextCheck: {
    run: 'dmsetup status --noflush',
    why: 'used blocks of the pool; and look for a moved data root that still has its devicemapper/metadata',
  },
  remedies: ['restore-docker-data-root', 'recreate-thin-pool'],
  sources: ['moby daemon/graphdriver/devmapper/deviceset.go (checkThinPool)'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const refused = messages(facts, 'docker-dm-pool-already-used').at(-1);
  if (refused === undefined) return [];
  return [
    {
      confidence: 'confirmed',
      subject: `thin pool ${refused.value.params['device'] ?? refused.value.params['pool'] ?? ''}`.trim(),
      score: 90,
      evidence: [evidence(refused, 'Docker does not take over a pool with data in it')],
      explanation:
        "The pool holds blocks that Docker's records under its data root do not explain, so the daemon does not start. Put the old data root back if it still exists; only when nothing in the pool is wanted, make the pool anew.",
    },
  ];
}
