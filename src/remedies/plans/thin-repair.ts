import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import { inspected } from './docker-client.ts';
import { type Daemon, dockerDaemon, startContainers, startDaemon, stopDaemon } from './docker-daemon.ts';
import { roomIn } from './elsewhere.ts';
import { foresee } from './foresee.ts';
import { type LvmPool, lvmPool, lvsOf } from './lvm-pool.ts';
import { ask, type PlannedRemedy, type PlanRequest } from './planned.ts';
import { isGone, takeDown, volumesOn } from './pool-closed.ts';
import { poolOpened } from './pool-foreseen.ts';
import { bytesOf } from './settings.ts';
import { committed, metadataDevice } from './thin-committed.ts';
import { chosen, METADATA_BLOCK, METADATA_MOST, poolNow, statusOf } from './thin-pool.ts';

/** Where the copy of the metadata goes unless the operator names another place. */
const SAVE = '/var/lib/ullage';

/**
 * An LVM pool whose metadata failed or wants a check: taken out of use, its metadata saved and checked,
 * made larger where it was full, repaired where it is damaged, and put back in use.
 */
export const thinRepair: PlannedRemedy = {
  id: 'thin-repair',
  settings: [
    { name: 'save', says: `directory for the copy of the old metadata (default ${SAVE})`, kind: 'path' },
    {
      name: 'metadata',
      says: 'size of the metadata afterwards (default: larger only where it was full)',
      kind: 'bytes',
    },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const listed = yield* ask(['dmsetup', 'ls', '--target', 'thin-pool']);
  const names = listed.stdout.split('\n').flatMap((line) => /^(\S+)\s+\(/.exec(line)?.[1] ?? []);
  const name = chosen(names, request);
  const status = (yield* ask(statusOf(name))).stdout.trim();
  const now = poolNow(status);
  if (now?.mode === 'rw' && !now.needsCheck)
    throw new UllageError(
      'there is nothing to repair',
      `${name}: ${status}`,
      'The pool takes writes and wants no check',
    );
  const tool = yield* ask(['thin_check', '--version']);
  if (tool.exitCode !== 0)
    throw new UllageError('thin_check is not there', 'this host', 'Install thin-provisioning-tools first');
  const lvm = yield* lvmPool(name);
  const volumes = yield* volumesOn(name);
  const daemon = yield* daemonIfAny(request);
  const running = (yield* inspected(request)).filter((one) => one.running).map((one) => one.name);
  const saved = yield* savePlace(request, lvm);
  const metadata = largerMetadata(request, lvm, now);
  const used = yield* committed(name);
  return {
    on: lvm.lv,
    settings: { save: saved, metadata: String(metadata) },
    predicted: {
      ...foresee(
        request.scene,
        (one) => one.layer.startsWith('store:') && one.bytes !== undefined,
        poolOpened(name, used, metadata),
      ),
      downtime: 120,
      seconds: 120,
      risk: 'downtime',
    },
    notes: [
      `The pool says: ${status}`,
      `The metadata is copied to ${saved} first; from that copy everything can be tried again.`,
      ...(metadata > lvm.metadataSize ? [`It was full: it grows from ${lvm.metadataSize} to ${metadata} bytes.`] : []),
      'Check each file system afterwards: writes of the last minute before the failure may be lost.',
    ],
    treats: [`/dev/mapper/${name}`],
    steps: [
      ...(daemon ? [stopDaemon(request, daemon, 'the pool must not be in use')] : []),
      ...takeDown(volumes),
      deactivate(lvm, name),
      save(lvm, name, saved),
      ...(metadata > lvm.metadataSize ? [enlarge(lvm, metadata)] : []),
      repair(lvm, saved),
      activate(lvm, name),
      ...(daemon ? [startDaemon(request, daemon)] : []),
      ...(daemon ? startContainers(request, running) : []),
    ],
  };
}

function* daemonIfAny(request: PlanRequest): Generator<Look, Daemon | undefined, Ran> {
  const runs = request.scene.facts.has('process', (one) => /^dockerd/.test(one.program));
  return runs ? yield* dockerDaemon(request) : undefined;
}

function* savePlace(request: PlanRequest, lvm: LvmPool): Generator<Look, string, Ran> {
  const given = request.settings.get('save');
  const directory = given ?? '/var/lib';
  const room = yield* roomIn(directory);
  if (!room || room.memory || room.available < 2 * lvm.metadataSize)
    throw new UllageError(
      'there is no place for the copy of the metadata',
      `${directory}: ${room ? (room.memory ? 'is in memory' : `${room.available} bytes free`) : 'is not there'}; ${2 * lvm.metadataSize} are needed`,
      'Name a directory on another disk: --set save=DIR',
    );
  return `${given ?? SAVE}/${request.id}.metadata`;
}

/** Full, or failed without telling: twice as large, and enough for a mapping of each block (168 in a block of 4 KiB). */
function largerMetadata({ settings }: PlanRequest, lvm: LvmPool, now: ReturnType<typeof poolNow>): number {
  const up = (bytes: number): number => Math.ceil(bytes / lvm.extent) * lvm.extent;
  const asked = settings.get('metadata');
  const full = now === undefined || now.usedMetadata > 0.75 * now.totalMetadata;
  const worst = (lvm.size / lvm.chunkSize / 168) * 1.25 * METADATA_BLOCK;
  const wanted =
    asked !== undefined ? up(bytesOf(asked) ?? 0) : full ? up(Math.max(2 * lvm.metadataSize, worst)) : lvm.metadataSize;
  // LVM's spare copy grows as well
  const room = lvm.metadataSize + Math.floor(lvm.free / 2 / lvm.extent) * lvm.extent;
  const size = Math.max(lvm.metadataSize, Math.min(wanted, room, METADATA_MOST));
  if (full && size === lvm.metadataSize)
    throw new UllageError(
      'the metadata is full, and its volume group has nothing to make it larger',
      `${lvm.vg} has ${lvm.free} bytes free`,
      'Add an empty disk first: vgextend; a repair alone would fail again at the first write',
    );
  return size;
}

function deactivate(lvm: LvmPool, name: string): Step {
  return {
    id: 'deactivate',
    title: `deactivate ${lvm.lv}`,
    why: 'metadata is checked only while nobody changes it',
    run: [['lvchange', '--activate', 'n', lvm.lv]],
    undo: [['lvchange', '--activate', 'y', lvm.lv]],
    undoIf: [isGone(name)],
    before: [],
    after: [isGone(name)],
    until: 'activate',
    risk: 'downtime',
    idempotent: true,
    settle: 20,
    ifStopped: `The pool is out of use, nothing of it was changed: lvchange -ay ${lvm.lv}.`,
  };
}

function save(lvm: LvmPool, name: string, saved: string): Step {
  const component = `${lvm.lv}_tmeta`;
  return {
    id: 'save',
    title: `copy the metadata to ${saved}`,
    why: 'the map of every volume; a repair of the only copy that goes wrong loses all',
    run: [
      ['mkdir', '-p', saved.slice(0, saved.lastIndexOf('/'))],
      ['lvchange', '--yes', '--activate', 'y', component],
      ['dd', `if=${metadataDevice(name)}`, `of=${saved}`, 'bs=1M', 'conv=fsync', 'status=none'],
    ],
    always: [['lvchange', '--activate', 'n', component]],
    undo: [],
    before: [],
    after: [
      {
        says: 'the copy is whole',
        run: ['stat', '-c', '%s', saved],
        number: { pattern: '^(\\d+)$', atLeast: lvm.metadataSize },
      },
    ],
    risk: 'none',
    idempotent: true,
    ifStopped: `The pool is out of use, unchanged: lvchange -ay ${lvm.lv}. The copy is ${saved}.`,
  };
}

function enlarge(lvm: LvmPool, size: number): Step {
  return {
    id: 'enlarge',
    title: 'make the metadata larger',
    why: 'it was full: put back as it is, it fails again at the first write',
    run: [['lvextend', '--yes', '--poolmetadatasize', `${size}b`, lvm.lv]],
    before: [metadataIs(lvm, lvm.metadataSize)],
    after: [metadataIs(lvm, size)],
    risk: 'downtime',
    idempotent: false,
    ifStopped: `The pool is out of use with more room for its metadata: lvchange -ay ${lvm.lv}.`,
  };
}

const metadataIs = (lvm: LvmPool, bytes: number): Check => ({
  says: `the metadata has ${bytes} bytes`,
  run: lvsOf(lvm.lv, 'lv_metadata_size'),
  matches: `^\\s*${bytes}\\s*$`,
});

/** Left out where thin_check finds the copy in order: activating then clears the flag (lvm.conf(5), thin_check_options). */
function repair(lvm: LvmPool, saved: string): Step {
  return {
    id: 'repair',
    title: 'repair the metadata onto a new volume',
    why: 'thin_check found it damaged; LVM keeps the damaged one beside it as _meta0',
    run: [['lvconvert', '--yes', '--repair', lvm.lv]],
    before: [],
    skipIf: [{ says: 'thin_check finds the metadata in order', run: ['thin_check', '--quiet', saved] }],
    after: [
      {
        says: 'the damaged metadata is kept beside it',
        run: ['lvs', '--all', '--noheadings', '--options', 'lv_name', lvm.vg],
        matches: '_meta\\d+',
      },
    ],
    risk: 'downtime',
    idempotent: false,
    timeout: 3600,
    ifStopped: `The pool has new metadata; the old is in ${lvm.lv}_meta0 and in ${saved}.`,
  };
}

function activate(lvm: LvmPool, name: string): Step {
  return {
    id: 'activate',
    title: `activate ${lvm.lv}`,
    why: 'LVM checks the metadata once more and clears the flag',
    run: [['lvchange', '--activate', 'y', lvm.lv]],
    undo: [['lvchange', '--activate', 'n', lvm.lv]],
    undoIf: [{ says: 'it is active', run: ['dmsetup', 'info', name] }],
    before: [],
    after: [
      {
        says: 'the pool takes writes and wants no check',
        run: statusOf(name),
        matches: ' rw ',
        lacks: 'needs_check',
      },
    ],
    risk: 'online',
    idempotent: true,
    timeout: 3600,
    settle: 20,
    ifStopped: 'The pool takes writes again.',
  };
}
