import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { strandedPool } from './help/stranded-pool.ts';
import { messages } from './help/thin-signs.ts';

export const devicemapperRemovedFromDocker: Cause = {
  id: 'devicemapper-removed-from-docker',
  title: 'this Docker no longer has the devicemapper driver',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Docker removed the devicemapper storage driver in version 25 (it was deprecated from 18.09 on, and some builds left it out earlier). A daemon that is still configured for it, or whose data root still holds it, does not start. ' +
    'Nothing is full. Told to use another driver it starts, and shows no image and no container. They are still in the pool and can be saved with an older daemon.',
  confirm:
    '"the devicemapper storage-driver has been deprecated and removed", "Failed to GetDriver graph driver=devicemapper", or driver not supported with devicemapper configured, on Docker 25 or later; or such a Docker with another driver shows nothing while its data root holds devicemapper/metadata',
  lookAlikes: [
    {
      cause: 'inodes-exhausted',
      tell: '"driver not supported" also follows a failed mkdir for lack of inodes: read the line before it',
    },
    { cause: 'dm-udev-semaphores', tell: 'the driver is known but dm cannot make devices' },
  ],
  nextCheck: { run: 'docker version', why: '25 and later do not have the driver' },
  remedies: ['older-docker-to-save-images', 'read-devicemapper-pool', 'switch-to-overlay2'],
  sources: ['moby commit dc11d2a2d8 (v25.0.0)', 'docs.docker.com/engine/deprecated'],
  find: (scene) => {
    const stranded = scene.from === 'host' ? strandedPool(scene.facts) : undefined;
    return stranded ? [stranded] : find(scene);
  },
};

function find({ facts, from }: Scene): Draft[] {
  const refused = messages(facts, 'docker-driver-unsupported').filter(
    (fact) =>
      /devicemapper|devmapper/.test(String(fact.value.params['driver'] ?? '')) ||
      /devicemapper|devmapper/.test(fact.quote),
  );
  // a daemon that answers with this driver has it; "is deprecated" is a warning of such a daemon
  const works =
    facts.has('docker-dm') ||
    facts.has('engine', (engine) => engine.driver === 'devicemapper' && engine.containers !== undefined);
  const last = works ? undefined : refused.filter((fact) => !/deprecated, and will be/.test(fact.quote)).at(-1);
  const version = facts.last('engine', (engine) => engine.engine === 'docker' && engine.version !== undefined);
  const major = Number(/^(\d+)\./.exec(version?.value.version ?? '')?.[1] ?? Number.NaN);
  if (last !== undefined) {
    return [
      {
        confidence: major >= 25 && major < 100 ? 'confirmed' : 'likely',
        subject: 'the Docker daemon',
        score: 90,
        evidence: [
          evidence(last, 'the daemon does not know the driver'),
          ...(version === undefined ? [] : [evidence(version, 'the version')]),
        ],
        explanation:
          'The daemon is told to use devicemapper, which this version does not have (removed in Docker 25), so it does not start. Save what is wanted with an older daemon, then change the driver to overlay2.',
      },
    ];
  }
  const deprecated = facts.last(
    'engine',
    (engine) =>
      engine.driver === 'devicemapper' && (engine.warnings ?? []).some((warning) => /deprecated/.test(warning)),
  );
  if (deprecated === undefined || from === 'text') return [];
  return [
    {
      confidence: 'possible',
      severity: 'notice',
      subject: 'the Docker daemon',
      score: 5,
      evidence: [evidence(deprecated, 'the driver is deprecated')],
      explanation:
        'It works today. From Docker 25 on the driver is gone: after that upgrade the daemon would not start, and images and containers would have to be saved with the old version first.',
      remedies: ['switch-to-overlay2'],
    },
  ];
}
