import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { DATA_SPACE, decisive } from './help/decisive.ts';
import { si } from './help/sizes.ts';
import { onLoop } from './help/thin.ts';
import { mentioned } from './help/thin-signs.ts';

export const dockerDmLeakedThinDevices: Cause = {
  id: 'docker-dm-leaked-thin-devices',
  title: 'thin devices of deleted images and containers still hold pool blocks',
  severity: 'warning',
  prevalence: 'C',
  about:
    'Docker deletes thin devices one by one, and some stay: because a mount in another namespace holds them (deferred deletion waits), because udev was not in step, or because the daemon died in between. ' +
    'Their blocks stay in use although docker ps and docker images show nothing.',
  confirm:
    'data space used with no image and no container, or thin ids in the pool that devicemapper/metadata does not know; Deferred Deleted Device Count above 0',
  lookAlikes: [
    { cause: 'dm-thin-no-discard', tell: 'the pool itself is small; the loop file or the volumes keep the space' },
    { cause: 'images-unused', tell: 'docker images still lists them' },
  ],
  nextCheck: {
    run: 'docker info',
    why: 'Images and Containers against Data Space Used, and the Deferred Deleted Device Count',
  },
  remedies: ['restart-docker-to-delete-deferred', 'delete-unknown-thin-devices'],
  sources: ['moby#3182', 'moby#31628', 'moby daemon/graphdriver/devmapper/deviceset.go (deferred deletion)'],
  find,
};

/** An empty base device with its file system takes tens of MB; more than this is somebody's data. */
const NOTHING = 2 * 10 ** 9;

function find({ facts, from }: Scene): Draft[] {
  const docker = facts.last('docker-dm');
  if (docker === undefined) return [];
  const { deferredDeletedCount = 0, dataUsed, poolName } = docker.value;
  const subject = `thin pool ${poolName ?? ''}`.trim();
  if (deferredDeletedCount > 0) {
    return [
      {
        confidence: 'likely',
        severity: deferredDeletedCount > 10 ? 'warning' : 'notice',
        subject,
        score: 50,
        evidence: [decisive(docker, `${deferredDeletedCount} deleted devices wait`, /Deferred Deleted/)],
        explanation: `${deferredDeletedCount} devices are deleted by name but still in use somewhere, so their blocks are not free. A restart of Docker, or of what holds the mounts, lets them go.`,
      },
    ];
  }
  const engine = facts.last(
    'engine',
    (value) => value.engine === 'docker' && value.images !== undefined && value.containers !== undefined,
  );
  if (engine?.value.images !== 0 || engine.value.containers !== 0 || dataUsed === undefined || dataUsed < NOTHING)
    return [];
  const complained = mentioned(facts, 'space-not-returned', 'everything-was-pruned');
  return [
    {
      confidence: from === 'host' || complained ? 'likely' : 'possible',
      subject,
      // a loop file that stays large is more often a matter of discards
      score: onLoop(docker.value) ? 55 : 75,
      evidence: [evidence(engine, 'no image and no container'), decisive(docker, `${si(dataUsed)} in use`, DATA_SPACE)],
      explanation: `Docker knows no image and no container, yet ${si(dataUsed)} of the pool are in use: thin devices were left behind.`,
    },
  ];
}
