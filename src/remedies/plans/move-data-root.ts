import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { isBelow } from '../../stack/names.ts';
import { DAEMON_JSON, mergedDaemonJson } from './daemon-json.ts';
import { dockerArgv, inspected } from './docker-client.ts';
import { type Daemon, dockerDaemon, option, startContainers, stopDaemon } from './docker-daemon.ts';
import { roomIn } from './elsewhere.ts';
import { foresee } from './foresee.ts';
import { checkMap, copySteps, deleteOld, startAt, stopRunning } from './move-data-root-steps.ts';
import { overlay2Fits } from './overlay2-fits.ts';
import { ask, type PlannedRemedy, type PlanRequest, rest, restOfList } from './planned.ts';
import { restartAs } from './storage-flags.ts';
import { poolNow, statusOf } from './thin-pool.ts';

/** Directories and the ends of files take more than their bytes; some room must be left to go on with. */
const OVERHEAD = 1.05;
/** What reading, writing and comparing come to on a plain disk, bytes a second. */
const BYTES_A_SECOND = 50e6;

export const moveDataRoot: PlannedRemedy = {
  id: 'move-data-root',
  settings: [
    {
      name: 'to',
      says: 'the new data root: a directory on another disk, empty or not there yet',
      kind: 'path',
      required: true,
    },
  ],
  *draft(request): Drafting {
    const daemon = yield* dockerDaemon(request);
    const from = daemon.root.replace(/\/+$/, '');
    const to = (request.settings.get('to') ?? '').replace(/\/+$/, '');
    yield* refuseDriver(request, from);
    const available = yield* lookAtTarget(from, to);
    yield* nothingMountedInside(from);
    const { allocated, listed } = yield* sizeOf(from);
    if (available < allocated * OVERHEAD)
      throw new UllageError(
        'too little room there',
        `${to}: ${available} bytes are available, ${Math.ceil(allocated * OVERHEAD)} are needed`,
        'Name a larger disk: --set to=DIR',
      );
    yield* restOfList(
      'the containers',
      dockerArgv(request, 'ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.State}}'),
      '^(\\S+ \\S+)',
    );
    yield* rest(
      'images and containers',
      dockerArgv(request, 'info', '--format', '{{.Images}} images, {{.Containers}} containers'),
    );
    const known = (yield* ask(
      dockerArgv(request, 'info', '--format', '{{.Images}} images, {{.Containers}} containers'),
    )).stdout.trim();
    const running = (yield* inspected(request)).filter((one) => one.running).map((one) => one.name);
    const rsync = (yield* ask(['rsync', '--version'])).exitCode === 0;
    const { steps, handMade } = yield* pointing(daemon, to);
    const seconds = Math.ceil(20 + (2.5 * allocated) / BYTES_A_SECOND);
    const foreseen = foreseenAt(request, from, available - allocated);
    const map = yield* mapToCheck(request, to);
    return {
      on: from,
      settings: { to },
      predicted: {
        consumer: to,
        ...foreseen,
        freed: allocated,
        downtime: seconds,
        seconds: seconds + 10,
        risk: 'downtime',
      },
      notes: [
        `${listed} files and directories, ${allocated} bytes. Sparse files stay sparse; extended attributes, hard links, sockets and device nodes go along.`,
        `Every byte is compared before Docker is pointed at ${to}. ${from} stays until you confirm: until then ullage undo goes back, and loses what was written since.`,
        ...(map
          ? [
              'The pool refused writes: its map is checked in the copy, and every container replays its journal when it starts.',
            ]
          : []),
        ...(handMade
          ? [
              'Docker was started by hand or by a script that says --data-root: take that out there, daemon.json has it now.',
            ]
          : []),
      ],
      treats: [from, to],
      steps: [
        ...stopRunning(request, running),
        stopDaemon(request, daemon, `Nothing may write to ${from} while it is copied.`),
        ...copySteps(daemon, from, to, allocated, rsync),
        ...(map ? [checkMap(map)] : []),
        ...steps.files,
        startAt(request, daemon, steps.start, to, known),
        ...startContainers(request, running),
        deleteOld(request, from, to),
      ],
    };
  },
};

/**
 * The headroom there, by the stack's own arithmetic: that of the store as it is, on a file system with so much
 * free. A pool of sparse files is the limit itself where the disk has more.
 */
function foreseenAt(
  request: PlanRequest,
  from: string,
  free: number,
): { headroomBefore?: number; headroomAfter: number } {
  const stores = (one: { consumer: string; layer: string }): boolean =>
    one.consumer === from && one.layer.startsWith('store:');
  const mounted = request.scene.facts.all('mount', (one) => one.pid === undefined && isBelow(from, one.target));
  const home = mounted.reduce((best, { value }) => (value.target.length > best.length ? value.target : best), '');
  const { headroomBefore, headroomAfter } = foresee(request.scene, stores, {
    statfs: (room) =>
      room.path === home
        ? { ...room, bfree: Math.floor(free / room.blockSize), bavail: Math.floor(free / room.blockSize) }
        : room,
    df: (row) => (row.mountpoint === home ? { ...row, available: free } : row),
    'dm-status': (status) =>
      status.thinPool ? { ...status, thinPool: { ...status.thinPool, mode: 'rw', needsCheck: false } } : status,
  });
  return {
    ...(headroomBefore === undefined ? {} : { headroomBefore }),
    headroomAfter: Math.floor(headroomAfter === undefined ? free : Math.min(free, headroomAfter)),
  };
}

/**
 * The map of a loop-lvm pool that the kernel made read-only, as when the disk below had no room for a
 * commit: no daemon opens it again before it was checked. Undefined: there is none to check.
 */
function* mapToCheck(request: PlanRequest, to: string): Generator<Look, string | undefined, Ran> {
  const info = request.scene.facts.first('docker-dm')?.value;
  if (info?.metadataLoopFile === undefined || info.poolName === undefined) return undefined;
  const status = yield* ask(statusOf(info.poolName));
  const now = poolNow(status.stdout.trim());
  if (status.exitCode === 0 && now !== undefined && now.mode !== 'ro' && !now.needsCheck) return undefined;
  const tool = yield* ask(['thin_check', '--version']);
  if (tool.exitCode !== 0)
    throw new UllageError('thin_check is not there', 'this host', 'Install thin-provisioning-tools first');
  return `${to}/devicemapper/devicemapper/metadata`;
}

/** @throws UllageError where a copy of files is no copy of the store */
function* refuseDriver(request: PlanRequest, from: string): Generator<Look, void, Ran> {
  const driver = request.scene.facts.first('engine', (one) => one.engine === 'docker' && one.driver !== undefined)
    ?.value.driver;
  if (driver === 'btrfs' || driver === 'zfs')
    throw new UllageError(
      `layers of the ${driver} driver are no plain files`,
      from,
      'Switch to overlay2 first (ullage plan switch-to-overlay2), then move',
    );
  if (driver === 'overlay2') yield* overlay2Fits(from);
}

/** @throws UllageError when it cannot take the store */
function* lookAtTarget(from: string, to: string): Generator<Look, number, Ran> {
  const refuse = (why: string, todo = 'Name another: --set to=DIR') =>
    new UllageError('the store cannot go there', `${to || '/'}: ${why}`, todo);
  if (to === '' || /\/\.\.?(\/|$)/.test(to) || to.startsWith(`${from}/`) || from.startsWith(`${to}/`) || to === from)
    throw refuse('it is the root, the same, or one lies in the other');
  const listed = yield* rest(`what ${to} holds`, ['ls', '-A', to]);
  if (listed.exitCode === 0 && listed.stdout.trim() !== '') throw refuse('it is not empty');
  if (listed.exitCode !== 0 && !/No such file/.test(listed.stderr))
    throw refuse(listed.stderr.trim() || 'it cannot be read');
  let above = to;
  let room = yield* roomIn(above);
  while (!room && above !== '') {
    above = above.replace(/\/[^/]*$/, '');
    room = yield* roomIn(above || '/');
  }
  const home = yield* roomIn(from);
  if (!room || !home) throw refuse('nothing is known of its file system');
  if (room.device === home.device)
    throw refuse('it is on the same file system as the store', 'Name a directory on another disk: --set to=DIR');
  if (room.memory) throw refuse('it is memory (tmpfs): everything is lost when the machine is switched off');
  const found = yield* rest('the file system it goes to', [
    'findmnt',
    '--noheadings',
    '--output',
    'FSTYPE,TARGET',
    '--target',
    above || '/',
  ]);
  const [type = ''] = found.stdout.trim().split(/\s+/);
  if (!/^(ext[234]|xfs|btrfs|f2fs)$/.test(type))
    throw refuse(`${type || 'that file system'} keeps not all that Docker needs`, 'ext4 or xfs are right');
  if (type === 'xfs') {
    const info = yield* ask(['xfs_info', found.stdout.trim().replace(/^\S+\s+/, '')]);
    if (/ftype=0/.test(info.stdout))
      throw refuse('this xfs was made with ftype=0, overlay2 needs ftype=1', 'Make it anew with mkfs.xfs -n ftype=1');
  }
  const perl = yield* ask(['perl', '-e', '1']);
  if (perl.exitCode !== 0)
    throw new UllageError('perl is needed to compare the copy', 'it is not installed there', 'Install it');
  return room.available;
}

/** A disk mounted below the data root would be left behind. Docker's own mounts go with its containers. */
function* nothingMountedInside(from: string): Generator<Look, void, Ran> {
  const mounts = yield* ask(['cat', '/proc/self/mounts']);
  const inside = mounts.stdout.split('\n').flatMap((line) => {
    const [, target = '', type = ''] = line.split(' ');
    return target.startsWith(`${from}/`) &&
      !/^(overlay|tmpfs|nsfs|proc|sysfs|shm)$/.test(type) &&
      !/\/devicemapper\/mnt\//.test(target)
      ? [target]
      : [];
  });
  if (inside.length > 0)
    throw new UllageError(
      'another file system is mounted inside',
      inside.join(', '),
      'It would be left behind: unmount it, or move it by hand',
    );
}

/** What it takes on a disk, sparse files by what they hold. */
function* sizeOf(from: string): Generator<Look, { allocated: number; listed: number }, Ran> {
  const size = yield* ask(['du', '--summarize', '--one-file-system', '--block-size=1', from], 600_000);
  const count = yield* ask(['du', '--summarize', '--one-file-system', '--inodes', from], 600_000);
  const allocated = Number(/^(\d+)/.exec(size.stdout)?.[1]);
  if (!Number.isFinite(allocated))
    throw new UllageError('its size cannot be told', from, size.stderr.trim().split('\n')[0] ?? 'du gave no answer');
  return { allocated, listed: Number(/^(\d+)/.exec(count.stdout)?.[1] ?? 0) };
}

/** daemon.json says where the store is; dockerd refuses to have it in its own words as well. */
function* pointing(
  daemon: Daemon,
  to: string,
): Generator<Look, { steps: { files: Step[]; start: Step['run'] }; handMade: boolean }, Ran> {
  const kept = withoutRoot(daemon.args);
  const restart = yield* restartAs(
    daemon,
    kept,
    'zz-ullage-data-root.conf',
    'data-root stands in daemon.json; dockerd refuses to have it in both places.',
  );
  const config = yield* mergedDaemonJson(
    { 'data-root': to, graph: undefined },
    option(daemon.args, '--config-file') ?? DAEMON_JSON,
  );
  const files: Step = {
    id: 'point',
    title: `point Docker at ${to}`,
    why: 'What stands in daemon.json stays; data-root is added.',
    run: [],
    writes: [config, ...restart.writes],
    undo: [],
    before: [],
    after: [],
    risk: 'downtime',
    idempotent: true,
    ifStopped: `Docker is down. Started now, it uses ${to}.`,
  };
  return {
    steps: { files: [files], start: restart.start },
    handMade: kept.length < daemon.args.length && restart.writes.length === 0,
  };
}

function withoutRoot(args: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (/^(--data-root|--graph|-g)$/.test(word)) at++;
    else if (!/^(--data-root|--graph|-g)=/.test(word)) kept.push(word);
  }
  return kept;
}
