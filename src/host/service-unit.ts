import { existsSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UllageError } from './host.ts';
import { replaceFile } from './replace-file.ts';
import { runProcess } from './run-process.ts';

/** Where an administrator's own units stand (man 5 systemd.unit). */
const UNITS = '/etc/systemd/system';

/** A host that is short of processor or memory was seen to take more than a minute over daemon-reload. */
const USUAL_MS = 200_000;
/** What is at work is asked to end and waited for: our longest TimeoutStopSec and a little. */
const STOP_MS = 330_000;

/** One unit file; those that are to be started by themselves are enabled. */
export interface UnitFile {
  name: string;
  text: string;
  enabled: boolean;
}

/** Where units go. */
export interface UnitPlace {
  /** a directory that holds a whole system (an image being made): files are written there and nothing is started */
  root?: string;
}

/** What came of it. */
export interface Installed {
  paths: string[];
  /** systemd is at work here and has started them */
  started: boolean;
  /** why they are not enabled */
  notEnabled?: string;
}

/** Writes units, enables and, where systemd is at work, starts them. @throws UllageError */
export async function installUnits(units: readonly UnitFile[], { root }: UnitPlace): Promise<Installed> {
  const paths: string[] = [];
  const directory = unitsIn(root);
  makeDirectory(directory);
  for (const { name, text } of units) {
    const path = join(directory, name);
    // a unit that was masked, or linked from elsewhere: the link goes, what it leads to stays
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path);
    replaceFile(path, text);
    paths.push(path);
  }
  const names = units.filter((unit) => unit.enabled).map((unit) => unit.name);
  if (root === undefined && atWork()) {
    await must(['daemon-reload']);
    await must(['enable', ...names]);
    // one that runs already gets the new text
    await must(['restart', ...names]);
    return { paths, started: true };
  }
  const notEnabled = await systemctl([...at(root), 'enable', ...names]);
  return { paths, started: false, ...(notEnabled === undefined ? {} : { notEnabled }) };
}

/** Stops units and takes them away. @returns the paths of those that were there. @throws UllageError */
export async function removeUnits(names: readonly string[], { root }: UnitPlace): Promise<string[]> {
  const directory = unitsIn(root);
  const there = names.filter((name) => existsSync(join(directory, name)));
  if (there.length === 0) return [];
  const live = root === undefined && atWork();
  if (live) await must(['disable', '--now', ...there], STOP_MS);
  else await systemctl([...at(root), 'disable', ...there]);
  const paths = there.map((name) => join(directory, name));
  for (const [index, path] of paths.entries()) {
    rmSync(path, { force: true });
    // where there is no systemctl the links are taken away all the same
    for (const target of ['multi-user.target.wants', 'timers.target.wants'])
      rmSync(join(dirname(path), target, there[index] ?? ''), { force: true });
  }
  if (live) {
    await must(['daemon-reload']);
    // those that ended in failure are remembered until then (man 1 systemctl); none is no error of ours
    await systemctl(['reset-failed', ...there]);
  }
  return paths;
}

/** sd_booted(3). */
function atWork(): boolean {
  return existsSync('/run/systemd/system');
}

const at = (root: string | undefined): string[] => (root === undefined ? [] : [`--root=${root}`]);

/** Where units go; never out of `root`: a link in an image leads to the host's own files. @throws UllageError */
function unitsIn(root: string | undefined): string {
  if (root === undefined) return UNITS;
  const directory = join(root, UNITS);
  const within = existsSync(root) ? `${realpathSync(root)}/`.replace('//', '/') : '/';
  // each on the way: of a directory that is not yet there the link stands above it
  for (let path = directory; path !== root; path = dirname(path)) {
    if (!lstatSync(path, { throwIfNoEntry: false })) continue;
    const real = realOf(path);
    if (!real.startsWith(within))
      throw new UllageError(
        'a link leads out of it',
        `${path} in --root ${root}`,
        `It is ${real}: change the image first`,
      );
  }
  return directory;
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return 'a link to nothing';
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UllageError('cannot make a directory', path, (error as Error).message, { cause: error });
  }
}

async function must(args: readonly string[], timeoutMs?: number): Promise<void> {
  const why = await systemctl(args, timeoutMs);
  if (why !== undefined) throw new UllageError('systemd did not do it', `systemctl ${args.join(' ')}`, why);
}

/** @returns undefined, or why it did not */
async function systemctl(args: readonly string[], timeoutMs = USUAL_MS): Promise<string | undefined> {
  const ran = await runProcess(['systemctl', ...args], { timeoutMs });
  if (ran.exitCode === 0) return undefined;
  if (ran.timedOut) return `no answer in ${timeoutMs / 1000} s`;
  return ran.notFound ? 'systemctl is not installed' : ran.stderr.trim().slice(0, 300) || 'it did not say why';
}
