import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { INGEST, SHARED, type Stager, stagersOf } from '../../tools/staging.ts';
import { ask } from './planned.ts';
import { LOOKED, lying, mountedUnder, openUnder } from './staging-looks.ts';

/** One plan's: names stay well below ARG_MAX (execve(2)); what is more comes with the next plan. */
const MOST = 500;
/** Start times are known to a second (ps etimes). */
const SLACK = 2;
/** PROC_PID_INIT_INO (kernel include/linux/proc_ns.h): the namespace that sees every process. */
const WHOLE_MACHINE = 'pid:[4026531836]';

/** A directory or file that a run which ended left there. */
export interface Left {
  name: string;
  who: string;
  /** what deleting it gives back: files with a name elsewhere count nothing */
  bytes: number;
  /** seconds since 1970 at which anything in it last changed */
  newest: number;
}

export interface Judged {
  left: Left[];
  /** why others of such names stay */
  stays: string[];
}

/** A program that may be at work. Seconds since 1970. */
interface AtWork {
  pid: number;
  program: string;
  started: number;
}

/**
 * What ended runs left in a staging directory. Whoever doubts keeps: other names, what changed since a program that
 * makes such names was started or in the last `hours`, what is open or mounted, what containerd's records name.
 * @throws UllageError when that cannot be told here
 */
export function* leftIn(directory: string, hours: number): Generator<Look, Judged, Ran> {
  const stagers = stagersOf(directory);
  const listed = yield* ask([
    ...lying(
      directory,
      stagers.flatMap(({ globs }) => globs),
    ),
    ...['!', '-name', '*\n*', '-printf', '%y %f\\n'],
  ]);
  const found = listed.stdout.split('\n').flatMap((line): [string, Stager][] => {
    const [, type, name = ''] = /^([df]) (.+)$/.exec(line) ?? [];
    const stager = stagers.find(({ names }) => type !== undefined && names.test(name));
    return stager ? [[name, stager]] : [];
  });
  if (found.length === 0) return { left: [], stays: [] };
  const { now, atWork } = yield* whoIsAtWork(directory);
  const some = found.slice(0, MOST);
  const names = some.map(([name]) => name);
  const stays: string[] = found.length > MOST ? [`${found.length - MOST} more: make another plan after this one`] : [];
  const sums = yield* sumsOf(directory, names);
  const open = yield* ask(openUnder(names), 60_000);
  const mounted = yield* ask(mountedUnder(names), 60_000);
  if (!new RegExp(LOOKED, 'm').test(open.stdout) || !new RegExp(LOOKED, 'm').test(mounted.stdout))
    throw new UllageError('who has files open cannot be seen', '/proc', 'It needs find of GNU findutils');
  const recorded = yield* recordedIngests(directory, names);
  const left: Left[] = [];
  for (const [name, { who, program }] of some) {
    const sum = sums.get(name);
    const own = atWork.filter((one) => program.test(one.program));
    const first = own.reduce<AtWork | undefined>(
      (old, one) => (old && old.started <= one.started ? old : one),
      undefined,
    );
    const why = !sum
      ? 'it went away, or cannot be read'
      : sum.newest > now + SLACK
        ? 'it is from the future: the clock was set back'
        : has(open.stdout, name)
          ? `open: ${/^\/proc\/\d+/m.exec(lineWith(open.stdout, name))?.[0] ?? ''}`
          : mounted.stdout.includes(`/${name}`)
            ? 'mounted'
            : recorded.has(name)
              ? 'containerd has it in its records, and removes it when its lease ends'
              : first && sum.newest >= first.started - SLACK
                ? `${first.program} (process ${first.pid}) has run since before it was last changed: it may be its work`
                : sum.newest > now + SLACK - hours * 3600
                  ? `changed in the last ${hours} hours (--set older=HOURS)`
                  : undefined;
    if (why === undefined && sum) left.push({ name, who, ...sum });
    else stays.push(`${name}: ${why}`);
  }
  return { left, stays };
}

const has = (text: string, name: string): boolean => lineWith(text, name) !== '';

function lineWith(text: string, name: string): string {
  return text.split('\n').find((line) => line.endsWith(`/${name}`) || line.includes(`/${name}/`)) ?? '';
}

/** @throws UllageError where others may be at work whom nobody sees from here */
function* whoIsAtWork(directory: string): Generator<Look, { now: number; atWork: AtWork[] }, Ran> {
  const type = (yield* ask(['stat', '-f', '-c', '%T', directory])).stdout.trim();
  if (type === '' || SHARED.test(type))
    throw new UllageError(
      'another machine may be at work in it',
      `${directory}: ${type || 'a file system that cannot be asked'}`,
      'Remove them by hand where you know who uses it: docs/remedies/clean-staging-dir.md',
    );
  const user = (yield* ask(['id', '-u'])).stdout.trim();
  const space = (yield* ask(['readlink', '/proc/self/ns/pid'])).stdout.trim();
  if (user !== '0' || space !== WHOLE_MACHINE)
    throw new UllageError(
      'whether a pull or build is at work cannot be seen from here',
      user === '0' ? 'in a container: not all processes are seen' : `user ${user || 'unknown'}`,
      'Run it as root on the host itself',
    );
  const now = Number((yield* ask(['date', '+%s'])).stdout.trim());
  const list = yield* ask(['ps', '-e', '-o', 'pid=', '-o', 'etimes=', '-o', 'stat=', '-o', 'comm=']);
  const rows = [...list.stdout.matchAll(/^ *(\d+) +(\d+) +(\S+) +(.+)$/gm)];
  if (list.exitCode !== 0 || rows.length === 0 || !Number.isFinite(now) || now <= 0)
    throw new UllageError('running programs cannot be listed', 'ps', 'It needs ps of procps');
  return {
    now,
    atWork: rows
      // one that ended and was not waited for yet
      .filter(([, , , state = '']) => !state.startsWith('Z'))
      .map(([, pid, seconds, , program = '']) => ({ pid: Number(pid), program, started: now - Number(seconds) })),
  };
}

/** Bytes and newest change of each tree, from its inodes; names inside are not asked: they are anybody's. */
function* sumsOf(
  directory: string,
  names: readonly string[],
): Generator<Look, Map<string, Pick<Left, 'bytes' | 'newest'>>, Ran> {
  const paths = names.map((name) => `${directory}/${name}`);
  const ran = yield* ask(['find', ...paths, '-xdev', '-printf', '%H %D:%i %n %b %y %T@ %C@\\n'], 120_000);
  const sums = new Map<string, { bytes: number; newest: number }>();
  const linked = new Map<string, number>();
  for (const line of ran.stdout.split('\n')) {
    const row = /^(.+) (\d+:\d+) (\d+) (\d+) (\w) (-?[\d.]+) (-?[\d.]+)$/.exec(line);
    if (!row) continue;
    const [, path = '', inode = '', links = '', blocks = '', type, written, changed] = row;
    const name = path.slice(directory.length + 1);
    const sum = sums.get(name) ?? { bytes: 0, newest: 0 };
    sum.newest = Math.max(sum.newest, Number(written), Number(changed));
    const seen = (linked.get(inode) ?? 0) + 1;
    linked.set(inode, seen);
    // the last name of a file gives its blocks back
    if (type === 'd' || seen === Number(links)) sum.bytes += Number(blocks) * 512;
    sums.set(name, sum);
  }
  // a tree that was not read to its end tells nothing
  return ran.exitCode === 0 ? sums : new Map();
}

/** Ingests that containerd's database names: it goes on with them, or removes them with their lease. */
function* recordedIngests(directory: string, names: readonly string[]): Generator<Look, Set<string>, Ran> {
  if (!directory.endsWith(`/${INGEST}`)) return new Set();
  const database = `${directory.slice(0, -INGEST.length)}io.containerd.metadata.v1.bolt/meta.db`;
  const found = new Set<string>();
  for (const name of names) {
    const reference = (yield* ask(['head', '-c', '1024', `${directory}/${name}/ref`])).stdout;
    const told = reference === '' ? undefined : yield* ask(['grep', '-cF', '-e', reference, database]);
    // only a database that was read and does not have it tells
    if (told?.exitCode !== 1) found.add(name);
  }
  return found;
}
