import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a lab has printed it. */
export function said(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const add = (bytes: Buffer): void => {
      text += bytes.toString();
      if (wanted.test(text)) resolve();
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('close', () => reject(new Error(`ended before it said ${wanted}: ${text}`)));
  });
}

export interface Leftovers {
  /** `/dev/loop0  /path/of/its/file` */
  loops: string[];
  mounts: string[];
  images: string[];
}

/** What a lab could leave on a host. */
export function leftovers(): Leftovers {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return {
    loops: lines(
      spawnSync('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE'], { encoding: 'utf8' }).stdout,
    ),
    mounts: lines(readFileSync('/proc/self/mounts', 'utf8')),
    images: filesBelow(tmpdir()),
  };
}

/** What came since, but for what others make meanwhile: their loop devices' files are there by their names, a lab's are not. */
export function leftBehind(before: Leftovers): string[] {
  const now = leftovers();
  const fresh = (kind: keyof Leftovers): string[] => now[kind].filter((one) => !before[kind].includes(one));
  return [
    ...fresh('loops').filter((line) => !existsSync(line.replace(/^\S+\s+/, ''))),
    ...fresh('mounts').filter((line) => line.includes('ullage-lab')),
    ...fresh('images').filter((file) => file.startsWith('ullage-lab') || file.startsWith('vl.')),
  ];
}

/** Files in the lab's temporary directories, and disk images beside them. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    // vl.XXXXXX: QEMU's copy-on-write layers
    if (name.endsWith('.img') || name.startsWith('vl.')) return [name];
    return name.startsWith('ullage-lab') ? namesIn(join(directory, name)).map((file) => join(name, file)) : [];
  });
}

/** None in one that was taken away meanwhile. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Sends a signal to those that still run: with one of them others of the same lab end. */
export function strike(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Processes that have the mark in their environment. */
export function marked(mark: string, inCommand = ''): number[] {
  return processes().flatMap((pid) => {
    try {
      const has = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
      return has && commandLine(pid).includes(inCommand) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

export function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

export function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Process namespaces, but for our own, of these processes and of everything below them: containers have theirs. */
export function namespacesBelow(pids: readonly number[]): Set<string> {
  const parents = new Map(processes().map((pid) => [pid, parentOf(pid)]));
  const below = new Set(pids);
  for (let known = 0; known < below.size; ) {
    known = below.size;
    for (const [pid, parent] of parents) if (below.has(parent)) below.add(pid);
  }
  const spaces = new Set([...below].map((pid) => linkOf(`/proc/${pid}/ns/pid`)));
  for (const one of ['', linkOf('/proc/self/ns/pid')]) spaces.delete(one);
  return spaces;
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
