/**
 * Control groups have no namespace that would end with the lab: directories stay when a lab is killed.
 * So each lab's carry its name, and the next lab removes those of labs that are no more.
 */
import { readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { sleep } from '../expect.ts';

const PREFIX = 'ullage-lab-';

/** Mount points of all hierarchies: one with cgroup v2, one for each controller before. */
function hierarchies(): string[] {
  // proc(5), mountinfo: the file system type follows the lone dash
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => (/ - cgroup2? /.test(line) ? [line.split(' ')[4] ?? ''] : []));
}

/**
 * The name of this lab's cgroups: its process namespace's number, which nobody else alive has. An abstract
 * socket (unix(7)) of that name says that the lab lives, and cannot outlive it.
 */
export async function cgroupOfLab(): Promise<string> {
  const name = PREFIX + (/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '');
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(`\0${name}`, resolve);
  });
  server.unref();
  return name;
}

export async function removeDeadCgroups(): Promise<void> {
  const names = new Set(hierarchies().flatMap((at) => readdirSync(at).filter((one) => one.startsWith(PREFIX))));
  for (const name of names) if (!(await lives(name))) removeDirectories(name);
}

/** Ends what still runs in them, with the daemon that would start it again, and removes them. */
export async function removeCgroup(name: string): Promise<void> {
  try {
    process.kill(Number(readFileSync('/run/docker.pid', 'utf8').trim()), 'SIGKILL');
  } catch {
    // no daemon any more
  }
  for (let attempt = 0; attempt < 50; attempt++) {
    for (const directory of directories(name)) killAll(directory);
    if (removeDirectories(name)) return;
    await sleep(0.1);
  }
}

function lives(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(`\0${name}`);
    const told = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => told(true));
    socket.once('error', () => told(false));
  });
}

/** Of all hierarchies, the deepest first. */
function directories(name: string): string[] {
  const below = (path: string): string[] => {
    try {
      const inside = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return [...inside.flatMap((entry) => below(join(path, entry.name))), path];
    } catch {
      return []; // not made in this hierarchy, or gone by itself
    }
  };
  return hierarchies().flatMap((at) => below(join(at, name)));
}

/** True when none is left. A directory with a process in it cannot be removed (EBUSY). */
function removeDirectories(name: string): boolean {
  for (const directory of directories(name)) {
    try {
      rmdirSync(directory);
    } catch {
      // asked again by whoever needs it gone
    }
  }
  return directories(name).length === 0;
}

function killAll(directory: string): void {
  try {
    const pids = readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').map(Number);
    // 0 stands for processes of another namespace: not ours
    for (const pid of pids) if (pid > 1) process.kill(pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
}
