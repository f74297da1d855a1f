import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv, Check, Step } from '../../plan/plan.ts';
import { ask, type PlannedRemedy, type PlanRequest, restOfList } from './planned.ts';
import { type Left, leftIn } from './staging-left.ts';
import { LOOKED, lying, mountedUnder, openUnder } from './staging-looks.ts';
import { stagingPlaces } from './staging-places.ts';

const HOURS = '24';

export const cleanStagingDir: PlannedRemedy = {
  id: 'clean-staging-dir',
  settings: [
    { name: 'older', says: `only what nothing changed in for so many hours; default ${HOURS}`, kind: 'number' },
  ],
  *draft(request) {
    const older = request.settings.get('older') ?? HOURS;
    const { directory, left, stays, elsewhere } = yield* mostLeft(request, Number(older));
    const names = left.map(({ name }) => name);
    yield* restOfList('what was left', [...lying(directory, names), '-printf', '%f %y %i %s %T@\\n']);
    // not of themselves: a rename, and the one back, is a change of status too
    yield* restOfList('what is in it', [
      ...['find', ...names.map((name) => `${directory}/${name}`), '-mindepth', '1'],
      ...['-xdev', '-printf', '%H %i %s %C@\\n'],
    ]);
    const since = Math.floor(Math.max(...left.map(({ newest }) => newest))) + 1;
    const freed = left.reduce((sum, { bytes }) => sum + bytes, 0);
    const before = request.scene.headroom.find((room) => room.consumer === directory)?.bytes;
    const quarantine = `${directory === '/' ? '' : directory}/${request.id}-quarantine`;
    return {
      on: directory,
      settings: { older },
      predicted: {
        consumer: directory,
        ...(before === undefined ? {} : { headroomBefore: before, headroomAfter: before + freed }),
        freed,
        downtime: 0,
        seconds: 5 + Math.round(freed / 500e6),
        risk: 'destructive',
      },
      notes: [
        `${names.length} left by runs of ${[...new Set(left.map(({ who }) => who))].join(' and ')}: ${some(left.map(worded))}.`,
        'They are moved aside first and deleted only when you confirm; ullage undo brings them back until then.',
        ...(stays.length > 0 ? [`Left alone: ${some(stays)}.`] : []),
        ...elsewhere,
      ],
      treats: [directory],
      steps: [
        directoryAside(quarantine),
        moveAside(directory, quarantine, names, since),
        deletion(quarantine, names, since),
      ],
    };
  },
};

/** The place where most was left; the others are told. @throws UllageError when nothing may be removed */
function* mostLeft(request: PlanRequest, hours: number) {
  const places = yield* stagingPlaces(request);
  const found: { directory: string; left: Left[]; stays: string[]; bytes: number }[] = [];
  for (const directory of places) {
    if (!(yield* isThere(directory, request.on?.startsWith('/') === true))) continue;
    const { left, stays } = yield* leftIn(directory, hours);
    found.push({ directory, left, stays, bytes: left.reduce((sum, one) => sum + one.bytes, 0) });
  }
  found.sort((a, b) => b.bytes - a.bytes || b.left.length - a.left.length);
  const [best, ...others] = found;
  if (!best || best.left.length === 0) {
    const stays = found.flatMap((one) => one.stays);
    throw new UllageError(
      stays.length > 0 ? 'nothing there may be removed' : 'no interrupted pull, load, import or build left anything',
      found.map(({ directory }) => directory).join(', ') || places.join(', '),
      stays.length > 0 ? some(stays) : 'Name the directory it was told to use: --on DIR',
    );
  }
  const elsewhere = others
    .filter(({ left }) => left.length > 0)
    .map(({ directory, bytes }) => `${bytes} bytes more: ullage plan clean-staging-dir --on ${directory}`);
  return { ...best, elsewhere };
}

/** @throws UllageError when it was named and is none */
function* isThere(directory: string, asked: boolean): Generator<Look, boolean, Ran> {
  // by its real path, so that no link on the way leads elsewhere
  const real = yield* ask(['readlink', '-e', directory]);
  const kind = yield* ask(['stat', '-c', '%F', directory]);
  const ok = real.exitCode === 0 && real.stdout.trim() === directory && kind.stdout.trim() === 'directory';
  if (!ok && asked)
    throw new UllageError(
      'not a directory',
      directory,
      real.exitCode === 0 ? `Name it as it is: ${real.stdout.trim()}` : 'Name the staging directory: --on /var/tmp',
    );
  return ok;
}

function directoryAside(quarantine: string): Step {
  return {
    id: 'directory',
    title: 'A directory to move them to',
    why: 'Beside them, so that a rename is enough, and for root alone.',
    run: [['mkdir', '-p', '-m', '0700', quarantine]],
    // refuses when something is in it
    undo: [['rmdir', quarantine]],
    undoIf: [ours(quarantine)],
    before: [],
    after: [ours(quarantine)],
    risk: 'online',
    idempotent: true,
    ifStopped: 'Nothing has changed.',
  };
}

/** Anybody may make names in /var/tmp: a link, or a directory of somebody else's, is none to move things to. */
function ours(quarantine: string): Check {
  return {
    says: "it is root's own directory",
    run: ['stat', '-c', '%F %u %a', quarantine],
    matches: '^directory 0 700$',
  };
}

/** Asked of /proc, where processes end while it is read: the exit status says nothing, any line says who. */
function unused(names: readonly string[]): Check[] {
  return [
    { says: 'nobody has any of it open', run: openUnder(names), exit: -1, matches: LOOKED, lacks: '^/proc/\\d' },
    { says: 'nothing of it is mounted', run: mountedUnder(names), exit: -1, matches: LOOKED, lacks: '^/proc/\\d' },
  ];
}

/** Nobody went on with it. A rename changes the status of what is renamed itself, so its contents' time counts there. */
function unchanged(directory: string, names: readonly string[], since: number): Check[] {
  const paths = names.map((name) => `${directory}/${name}`);
  const newer = (depth: Argv, what: string): Check => ({
    says: 'nothing in it has changed since it was looked at',
    run: ['find', ...paths, ...depth, '-xdev', what, `@${since}`],
    exit: -1,
    lacks: '.',
  });
  return [newer(['-mindepth', '1'], '-newerct'), newer(['-maxdepth', '0'], '-newermt')];
}

function moveAside(directory: string, quarantine: string, names: readonly string[], since: number): Step {
  const moved = (from: string, to: string): Argv => [...lying(from, names), '-exec', 'mv', '-n', '-t', to, '{}', '+'];
  return {
    id: 'quarantine',
    title: `Move what ${names.length === 1 ? 'one run' : `${names.length} runs`} left aside`,
    why: 'By name alone, on the same file system: they come back the same way.',
    // find moves what is still there, and a second try asks everything above it again
    run: [moved(directory, quarantine)],
    undo: [moved(quarantine, directory)],
    undoIf: [{ says: 'some of them are there', run: lying(quarantine, names), matches: '.' }],
    before: [ours(quarantine), ...unchanged(directory, names, since), ...unused(names)],
    after: [
      ours(quarantine),
      { says: 'none of them lies there any more', run: lying(directory, names), lacks: '.' },
      ...unused(names),
    ],
    risk: 'online',
    idempotent: false,
    ifStopped: `They are in ${quarantine}, or where they were.`,
  };
}

function deletion(quarantine: string, names: readonly string[], since: number): Step {
  return {
    id: 'delete',
    title: `Delete what ${names.length === 1 ? 'one run' : `${names.length} runs`} left`,
    why: 'Nobody missed it.',
    confirm:
      'Look whether pulls, loads and builds work, and none that was at work failed for want of a file. Until you confirm, ullage undo brings everything back.',
    run: [['rm', '-rf', '--one-file-system', quarantine]],
    before: [ours(quarantine), ...unchanged(quarantine, names, since), ...unused(names)],
    after: [{ says: 'the quarantine is gone', run: ['test', '-e', quarantine], exit: 1 }],
    risk: 'destructive',
    idempotent: true,
    timeout: 7200,
    ifStopped: 'Some of the space is not back yet.',
  };
}

function worded({ name, bytes }: Left): string {
  return `${name} (${bytes} bytes)`;
}

function some(list: readonly string[]): string {
  return `${list.slice(0, 5).join('; ')}${list.length > 5 ? `; and ${list.length - 5} more` : ''}`;
}
