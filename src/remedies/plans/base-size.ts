import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { DAEMON_JSON, mergedDaemonJson } from './daemon-json.ts';
import { type Daemon, isDown, option } from './docker-daemon.ts';
import { ask, type PlanRequest } from './planned.ts';
import { bytesOf } from './settings.ts';

const MIB = 2 ** 20;

/**
 * What `default` asks for, in bytes: a size, or `yes` for `size`. Docker refuses to start with a base size
 * below that of its base device (moby daemon/graphdriver/devmapper/deviceset.go, checkGrowBaseDeviceFS).
 * @throws UllageError when it is neither, or below what new containers have now
 */
export function defaultSize({ settings, scene }: PlanRequest, size: number): number | undefined {
  const given = settings.get('default');
  if (given === undefined || given === 'no') return undefined;
  const wanted = given === 'yes' ? size : bytesOf(given);
  if (wanted === undefined || wanted < MIB)
    throw new UllageError('not a size for new containers', `--set default=${given}`, 'yes, or a size: 20g');
  // docker info prints four digits: what is but a rounding away is the same size
  const now = scene.facts.first('docker-dm')?.value.baseDeviceSize ?? 0;
  if (wanted < now * 0.999)
    throw new UllageError(
      'the size of new containers can only grow',
      `--set default=${given}: they have ${now} bytes now`,
      'Docker would not start with less; leave --set default out',
    );
  return Math.floor(wanted / MIB) * MIB;
}

/**
 * The base size in Docker's configuration, for the start that follows; every other option stays. It cannot
 * be undone behind that start where another one stood there: the base device has grown by then.
 * @throws UllageError where dockerd has its options as arguments: it refuses to have them in two places
 */
export function* newDefault(request: PlanRequest, daemon: Daemon, bytes: number): Generator<Look, Step, Ran> {
  if (daemon.args.some((word) => /^--storage-(?:opt|driver)\b|^-s/.test(word)))
    throw new UllageError(
      'Docker gets its storage options as arguments',
      `dockerd, process ${daemon.pid}: ${daemon.args.filter((word) => word.startsWith('-s') || word.startsWith('--storage')).join(' ')}`,
      `Put them into ${DAEMON_JSON} (storage-driver, storage-opts) first, or set dm.basesize there by hand; without --set default the container alone is grown`,
    );
  const path = option(daemon.args, '--config-file') ?? DAEMON_JSON;
  const options = storageOptions((yield* ask(['cat', path])).stdout);
  const stood = options.some(isBaseSize);
  const kept = options.filter((one) => !isBaseSize(one));
  const write = yield* mergedDaemonJson({ 'storage-opts': [...kept, `dm.basesize=${bytes / MIB}M`] }, path);
  return {
    id: 'default-size',
    title: `give new containers ${bytes} bytes in ${path}`,
    why: 'dm.basesize is read when the daemon starts; merged: everything else in the file stays',
    run: [],
    writes: [write],
    ...(stood ? {} : { undo: [] }),
    before: [isDown(request)],
    after: [],
    risk: 'online',
    idempotent: true,
    ifStopped: 'Docker is down; from its next start on, images that are pulled and containers made of them are larger.',
  };
}

const isBaseSize = (option: string): boolean => option.startsWith('dm.basesize=');

/** mergedDaemonJson says what is wrong with a file that is not JSON. */
function storageOptions(text: string): string[] {
  try {
    const options = (JSON.parse(text || '{}') as { 'storage-opts'?: unknown } | null)?.['storage-opts'];
    return Array.isArray(options) ? options.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
