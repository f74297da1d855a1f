import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv, Check, Step } from '../../plan/plan.ts';
import { dockerArgv } from './docker-client.ts';
import { dockerDaemon, runningAgain, startContainers, startDaemon, stopDaemon } from './docker-daemon.ts';
import { wholeRecords } from './orphan-records.ts';
import { ask, type PlannedRemedy, type PlanRequest, restOfList } from './planned.ts';
import { lying } from './staging-looks.ts';

/** Directories of one command: 64-digit names, well below ARG_MAX (execve(2)). */
const GROUP = 2000;
/** Where each driver keeps a directory a layer, and what stands there besides. */
const LAYERS = new Map<string, { directory: string; not: RegExp }>(
  Object.entries({
    overlay2: { directory: 'overlay2', not: /^(l|staging|backingFsBlockDev)$/ },
    btrfs: { directory: 'btrfs/subvolumes', not: /^$/ },
    vfs: { directory: 'vfs/dir', not: /^$/ },
  }),
);

interface Orphan {
  name: string;
  bytes: number;
}

export const removeOrphans: PlannedRemedy = {
  id: 'remove-orphans',
  settings: [],
  *draft(request) {
    const daemon = yield* dockerDaemon(request);
    const engine = request.scene.facts.first('engine', (one) => one.engine === 'docker')?.value;
    const layers = LAYERS.get(engine?.driver ?? '');
    if (!layers)
      throw new UllageError(
        'orphans of this storage driver are not judged',
        engine?.driver ?? 'unknown',
        'overlay2, btrfs and vfs are; ullage usage lists what nobody owns',
      );
    const at = `${daemon.root}/${layers.directory}`;
    yield* wholeRecords(daemon.root, engine?.driver ?? '');
    const records = yield* recordsOf(daemon.root);
    const orphans = yield* orphansIn(at, layers.not, records);
    const [first] = orphans;
    if (!first)
      throw new UllageError(
        'there are no orphans',
        at,
        'Every layer directory is named by a record of Docker, or is in use',
      );
    const running = yield* runningContainers(request);
    const quarantine = `${daemon.root}/${request.id}-quarantine`;
    const freed = orphans.reduce((sum, one) => sum + one.bytes, 0);
    const before = request.scene.headroom.find((room) => room.consumer === daemon.root)?.bytes;
    const names = orphans.map((one) => one.name);
    const unnamed = unnamedChecks(names, records, at);
    return {
      on: daemon.root,
      settings: {},
      predicted: {
        consumer: daemon.root,
        ...(before === undefined ? {} : { headroomBefore: before, headroomAfter: before + freed }),
        freed,
        downtime: 20,
        seconds: 40 + Math.round(freed / 500e6),
        risk: 'downtime',
      },
      notes: [
        `${orphans.length} directories that no record of Docker names: ${names
          .slice(0, 5)
          .map((name) => name.slice(0, 12))
          .join(', ')}${orphans.length > 5 ? ', …' : ''}.`,
        'They are moved aside first and deleted only when Docker and its containers work without them, and you confirm; ullage undo brings them back until then.',
      ],
      treats: [daemon.root],
      steps: [
        ...runningAgain(request, running),
        stopDaemon(
          request,
          daemon,
          "So that no pull or build is making a layer now: what nobody names then is nobody's.",
        ),
        moveAside(at, quarantine, names, unnamed),
        startDaemon(request, daemon),
        ...startContainers(request, running),
        deletion(request, engine?.driver ?? '', at, quarantine, names),
      ],
    };
  },
};

/** Where Docker and BuildKit write down which layers there are. Those that exist. */
function* recordsOf(root: string): Generator<Look, string[], Ran> {
  const places = ['image', 'buildkit', 'containers', 'builder'].map((name) => `${root}/${name}`);
  const there = yield* ask(['find', ...places, '-maxdepth', '0', '-type', 'd']);
  return there.stdout.split('\n').filter((line) => line !== '');
}

/**
 * Layer directories that are mentioned in no file of the records, whatever its format, and are
 * not mounted. A record that is not understood thus makes fewer orphans, never more.
 */
function* orphansIn(at: string, not: RegExp, records: readonly string[]): Generator<Look, Orphan[], Ran> {
  const listed = yield* ask(['find', at, '-mindepth', '1', '-maxdepth', '1', '-type', 'd', '-printf', '%f\\n']);
  const names = listed.stdout.split('\n').filter((name) => name !== '' && !not.test(name));
  const ids = [...new Set(names.map((name) => name.replace(/-(init|removing)$/, '')))].filter((id) =>
    /^[0-9a-z]{16,64}$/.test(id),
  );
  if (ids.length === 0) return [];
  const mentioned = new Set<string>();
  for (const group of inGroups(ids)) {
    const told = yield* ask(['grep', '-raohF', ...group.flatMap((id) => ['-e', id]), ...records], 120_000);
    // 2: a file could not be read: nothing is judged then
    if (told.exitCode !== 0 && told.exitCode !== 1)
      throw new UllageError(
        "Docker's records cannot be read",
        told.stderr.trim() || records.join(', '),
        'Run it as root',
      );
    for (const id of told.stdout.split('\n')) mentioned.add(id);
  }
  const mounts = yield* ask(['cat', '/proc/self/mountinfo']);
  const orphans = names.filter((name) => {
    const id = name.replace(/-(init|removing)$/, '');
    return ids.includes(id) && !mentioned.has(id) && !mounts.stdout.includes(id);
  });
  const list: Orphan[] = [];
  for (const group of inGroups(orphans)) {
    yield* restOfList('the orphans', [...lying(at, group), '-printf', '%f %i\\n']);
    const sizes = yield* ask(['du', '-sx', '--block-size=1', ...group.map((name) => `${at}/${name}`)], 600_000);
    for (const [, bytes, name = ''] of sizes.stdout.matchAll(/^(\d+)\t.*\/([^/\n]+)$/gm))
      list.push({ name, bytes: Number(bytes) });
  }
  return list;
}

function inGroups(list: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(list.length / GROUP) }, (_, index) =>
    list.slice(index * GROUP, (index + 1) * GROUP),
  );
}

/** Asked again when Docker is down: still nobody names them, nothing of them is mounted. */
function unnamedChecks(names: readonly string[], records: readonly string[], at: string): Check[] {
  const ids = names.map((name) => name.replace(/-(init|removing)$/, ''));
  return [
    ...inGroups(ids).map((group) => ({
      says: 'no record names them',
      run: ['grep', '-raohF', ...group.flatMap((id) => ['-e', id]), ...records],
      exit: 1,
    })),
    {
      says: 'nothing of them is mounted',
      run: ['grep', '-F', ...ids.slice(0, GROUP).flatMap((id) => ['-e', `${at}/${id}`]), '/proc/self/mountinfo'],
      exit: 1,
    },
  ];
}

function moveAside(at: string, quarantine: string, names: readonly string[], unnamed: Check[]): Step {
  const gone = inGroups(names).map((group) => ({
    says: 'none of them is among the layers',
    run: lying(at, group),
    lacks: '.',
  }));
  return {
    id: 'quarantine',
    title: `Move ${names.length} orphans aside`,
    why: 'By name alone, on the same file system: they come back the same way.',
    run: [
      ['mkdir', '-p', '-m', '0700', quarantine],
      // find moves what is still there: doing it twice is doing it once
      ...inGroups(names).map((group): Argv => [...lying(at, group), '-exec', 'mv', '-t', quarantine, '{}', '+']),
    ],
    undo: [
      ['find', quarantine, '-mindepth', '1', '-maxdepth', '1', '-exec', 'mv', '-t', at, '{}', '+'],
      ['rmdir', quarantine],
    ],
    undoIf: [{ says: 'the quarantine is there', run: ['test', '-d', quarantine] }],
    before: unnamed,
    after: [{ says: 'the quarantine is there', run: ['test', '-d', quarantine] }, ...gone],
    risk: 'downtime',
    idempotent: true,
    ifStopped: `Docker is down; the orphans are in ${quarantine} or where they were.`,
  };
}

function* runningContainers(request: PlanRequest) {
  const names = yield* restOfList('the containers that run', dockerArgv(request, 'ps', '--format', '{{.Names}}'));
  return names.stdout.split('\n').filter((name) => name !== '');
}

function deletion(
  request: PlanRequest,
  driver: string,
  at: string,
  quarantine: string,
  names: readonly string[],
): Step {
  const subvolumes =
    driver === 'btrfs'
      ? inGroups(names).map(
          (group): Argv => ['btrfs', 'subvolume', 'delete', ...group.map((name) => `${quarantine}/${name}`)],
        )
      : [];
  return {
    id: 'delete',
    title: `Delete the ${names.length} orphans`,
    why: 'Docker and its containers work without them.',
    confirm:
      'Look whether everything works: docker ps, docker images. Until you confirm, ullage undo brings them back.',
    // a subvolume is deleted as one, never file by file; one that is gone already is no fault on the second try
    run: [
      ...subvolumes,
      ['rm', '-rf', '--one-file-system', quarantine],
      ...(driver === 'overlay2' ? [['find', '-L', `${at}/l`, '-type', 'l', '-delete']] : []),
    ],
    before: [{ says: 'Docker answers', run: dockerArgv(request, 'version', '--format', '{{.Server.Version}}') }],
    after: [{ says: 'the quarantine is gone', run: ['test', '-e', quarantine], exit: 1 }],
    risk: 'destructive',
    idempotent: true,
    timeout: 7200,
    ifStopped: 'Everything works; some of the space is not back yet.',
  };
}
