import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { FileWrite, Step } from '../../plan/plan.ts';
import { lvmDmName } from '../../stack/names.ts';
import { DAEMON_JSON, mergedDaemonJson } from './daemon-json.ts';
import { copyMetadata, copyPool, createGroup, createVolume, makePool, type Target } from './direct-lvm-steps.ts';
import { dockerArgv, inspected } from './docker-client.ts';
import {
  type Daemon,
  dockerDaemon,
  isDown,
  option,
  runningAgain,
  startContainers,
  startDaemon,
  stopDaemon,
} from './docker-daemon.ts';
import { foresee } from './foresee.ts';
import { type LoopFile, loopFileUnder } from './loop-file.ts';
import { emptyDevice } from './lvm-pool.ts';
import { ask, type PlannedRemedy, type PlanRequest, rest } from './planned.ts';
import { isGone, takeDown, volumesOn } from './pool-closed.ts';
import { poolGrows } from './pool-foreseen.ts';
import { watched } from './thin-autoextend.ts';
import { type Pool, poolMeant, refuseNeedsCheck } from './thin-pool.ts';

/** LVM's extents unless told otherwise (lvm.conf(5), physical_extent_size). */
const EXTENT = 4 * 1024 ** 2;
/** lvmthin(7): a pool's metadata has 2 MiB at least. */
const LEAST_METADATA = 2 * 1024 ** 2;
/** Docker's manual: extended by 20 % at 80 %; the group keeps room for that, which the manual's own 95 % does not. */
const [THRESHOLD, PERCENT] = [80, 20];

/**
 * The pool itself is moved, block for block, from its sparse files to a volume group: images, containers and
 * their changes stay what they are, with their ids, since Docker's records fit the moved pool as they did
 * the old. The files stay until the operator has looked.
 */
export const loopToDirectLvm: PlannedRemedy = {
  id: 'loop-to-direct-lvm',
  settings: [
    {
      name: 'device',
      says: 'an empty disk, partition or md device, or a volume group with room',
      kind: 'text',
      required: true,
    },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const pool = yield* poolMeant(request);
  refuseNeedsCheck(pool);
  const data = yield* loopFileUnder(pool.dataDevice, 'data');
  const metadata = yield* loopFileUnder(pool.metadataDevice, 'metadata');
  const volumes = yield* volumesOn(pool.name);
  const daemon = yield* dockerDaemon(request);
  const write = yield* configuration(request, daemon);
  const target = yield* targetFor(request, data, metadata);
  const running = (yield* inspected(request)).filter((one) => one.running).map((one) => one.name);
  const seconds = Math.ceil(data.allocated / (100 * 1024 ** 2) + target.size / (400 * 1024 ** 2)) + 60;
  const group = target.vg;
  return {
    on: pool.name,
    settings: { device: request.settings.get('device') ?? '' },
    predicted: {
      ...foresee(request.scene, (one) => one.layer.startsWith('store:') && one.bytes !== undefined, {
        ...poolGrows(pool, { dataBytes: target.size, metadataBytes: target.metadataSize }),
        loop: () => undefined,
      }),
      downtime: seconds,
      seconds,
      risk: 'downtime',
    },
    notes: [
      `Docker is down while ${data.allocated} bytes are copied: ${running.join(', ') || 'no container'} with it.`,
      `Images, containers, ids and volumes stay what they are; the pool's blocks are moved, not its files read.`,
      `The pool gets ${target.size} of ${group}; ${target.left} bytes stay free there, ${target.percent >= PERCENT ? 'enough for' : 'which allow only'} steps of ${Math.min(PERCENT, target.percent)} %.`,
      `${data.path} and ${metadata.path} stay until you confirm.`,
      'Once Docker has written to the new pool, going back would lose that: there is no undo from there.',
    ],
    treats: [`/dev/mapper/${pool.name}`, target.device],
    steps: [
      ...createGroup(target),
      createVolume(target, target.lv, target.size),
      createVolume(target, target.metaLv, target.metadataSize),
      ...runningAgain(request, running),
      stopDaemon(request, daemon, 'the pool must not change while it is copied'),
      ...takeDown(volumes),
      closed(pool),
      copyPool(target, data),
      copyMetadata(target, metadata),
      ...makePool(target, pool),
      ...(target.percent > 0
        ? watched(`${group}/${target.lv}`, THRESHOLD, Math.min(PERCENT, target.percent), {
            profile: '',
            monitored: false,
          })
        : []),
      configure(request, write),
      started(request, daemon, target),
      ...startContainers(request, running),
      forget(data, metadata),
    ],
  };
}

/** Storage options of daemon.json for the new pool. @throws UllageError where they are arguments: two places are refused by Docker */
function* configuration(request: PlanRequest, daemon: Daemon): Generator<Look, FileWrite, Ran> {
  if (daemon.args.some((word) => /^--storage-(?:opt|driver)\b|^-s$/.test(word)))
    throw new UllageError(
      'Docker gets its storage options as arguments',
      `dockerd, process ${daemon.pid}: ${daemon.args.filter((word) => word.startsWith('--storage')).join(' ')}`,
      `Put them into ${DAEMON_JSON} (storage-driver, storage-opts), take them from the command line, restart Docker, and plan again`,
    );
  const path = option(daemon.args, '--config-file') ?? DAEMON_JSON;
  const said = yield* ask(['cat', path]);
  let old: unknown;
  try {
    old = (JSON.parse(said.stdout || '{}') as { 'storage-opts'?: unknown })['storage-opts'];
  } catch {
    // mergedDaemonJson says what is wrong with it
  }
  const kept = (Array.isArray(old) ? old : []).filter(
    (one): one is string =>
      typeof one === 'string' &&
      !/^(?:dm\.(?:loop\w+|datadev|metadatadev|thinpooldev|use_deferred_\w+|directlvm\w+))=/.test(one),
  );
  const { name } = names(request);
  return yield* mergedDaemonJson(
    {
      'storage-driver': 'devicemapper',
      'storage-opts': [
        `dm.thinpooldev=/dev/mapper/${name}`,
        'dm.use_deferred_removal=true',
        'dm.use_deferred_deletion=true',
        ...kept,
      ],
    },
    path,
  );
}

/** `docker/thinpool` as the manual has it, or in the group that was named. */
function names({ settings, scene, id }: PlanRequest): { vg: string; device: string; own: boolean; name: string } {
  const device = settings.get('device') ?? '';
  const own = device.startsWith('/dev/') && !scene.facts.has('vg', (one) => `/dev/${one.name}` === device);
  const taken = scene.facts.has('vg', (one) => one.name === 'docker');
  const vg = own ? (taken ? `docker_${id.slice(-6)}` : 'docker') : device.replace(/^\/dev\//, '');
  return { vg, device, own, name: lvmDmName(vg, 'thinpool') };
}

function* targetFor(request: PlanRequest, data: LoopFile, metadata: LoopFile): Generator<Look, Target, Ran> {
  const { vg, device, own, name } = names(request);
  let free: number;
  let extent = EXTENT;
  if (own) free = Math.floor((yield* emptyDevice(device)) / EXTENT - 1) * EXTENT;
  else {
    const said = yield* rest('what the volume group has free', [
      ...[
        'vgs',
        '--noheadings',
        '--nosuffix',
        '--units',
        'b',
        '--separator',
        ':',
        '--options',
        'vg_free,vg_extent_size',
      ],
      vg,
    ]);
    [free = 0, extent = EXTENT] = said.stdout.trim().split(':').map(Number);
    if (said.exitCode !== 0)
      throw new UllageError('there is no such device or volume group', device, said.stderr.trim().split('\n')[0] ?? '');
    const there = yield* ask(['lvs', '--noheadings', `${vg}/thinpool`]);
    if (there.exitCode === 0)
      throw new UllageError('the group has such a volume already', `${vg}/thinpool`, 'Name another group');
  }
  const up = (bytes: number): number => Math.ceil(bytes / extent) * extent;
  const emptySize = up(LEAST_METADATA);
  const metadataSize = Math.max(up(metadata.size), 2 * emptySize);
  // LVM makes a spare of the metadata, and one more stands there while the copy is put in its place
  const forData = free - 3 * metadataSize;
  const least = up(data.size);
  const size = Math.max(least, Math.floor(forData / (1 + PERCENT / 100 + 0.02) / extent) * extent);
  if (forData < least)
    throw new UllageError(
      'the pool does not fit there',
      `${device}: the pool has ${data.size} bytes and its metadata ${metadata.size}, ${free} are there`,
      `At least ${least + 3 * metadataSize} bytes are needed, a fifth more for autoextend`,
    );
  const left = free - size - 2 * metadataSize;
  return {
    device,
    own,
    vg,
    lv: 'thinpool',
    metaLv: 'ullagemeta',
    name,
    size,
    metadataSize,
    emptySize,
    left,
    percent: Math.floor((left / size) * 100),
  };
}

/** Docker takes a loop pool down when it stops; what it could not take down would still be written to. */
function closed(pool: Pool): Step {
  return {
    id: 'closed',
    title: 'see that the old pool is closed',
    why: 'a copy of a pool in use would be torn',
    run: [['dmsetup', 'remove', '--noudevsync', '--retry', pool.name]],
    undo: [],
    before: [],
    skipIf: [isGone(pool.name)],
    after: [isGone(pool.name)],
    risk: 'downtime',
    idempotent: true,
    settle: 20,
    ifStopped: 'Docker is down; started, it opens the old pool again.',
  };
}

function configure(request: PlanRequest, write: FileWrite): Step {
  return {
    id: 'daemon-json',
    title: `point Docker at the new pool in ${write.path}`,
    why: 'merged: everything else in it stays',
    run: [],
    writes: [write],
    undo: [],
    before: [isDown(request)],
    after: [],
    risk: 'online',
    idempotent: true,
    ifStopped: 'Docker is down; at its next start it uses the new pool, which holds everything.',
  };
}

function started(request: PlanRequest, daemon: Daemon, target: Target): Step {
  const { undo: _, undoIf: __, ...step } = startDaemon(request, daemon);
  return {
    ...step,
    why: 'on the new pool, with the same images and containers',
    skipIf: [],
    after: [
      ...step.after,
      {
        says: 'Docker uses the new pool',
        run: dockerArgv(request, 'info', '--format', '{{.DriverStatus}}'),
        matches: `Pool Name ${target.name}\\]`,
      },
    ],
    ifStopped: 'Docker runs on the new pool; the old files are still there.',
  };
}

function forget(data: LoopFile, metadata: LoopFile): Step {
  return {
    id: 'delete-files',
    title: 'delete the old pool files',
    why: 'their disk gets its room back',
    confirm: `Start your containers and look at them first: ${data.path} and ${metadata.path} are the old pool, and are deleted next`,
    run: [['rm', '-f', data.path, metadata.path]],
    before: [{ says: 'no loop device uses it', run: ['losetup', '--associated', data.path], lacks: '\\S' }],
    after: [{ says: 'they are gone', run: ['test', '-e', data.path], exit: 1 }],
    risk: 'destructive',
    idempotent: true,
    ifStopped: 'All is done.',
  };
}
