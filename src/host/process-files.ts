import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** A process that has one of the asked files open. */
export interface FileUser {
  pid: number;
  program: string;
  /** ms since 1970 at which it was started, by the clock as it is now */
  started: number;
}

export interface FileUsers {
  users: FileUser[];
  /** every process of this machine could be looked into */
  complete: boolean;
}

/** PROC_PID_INIT_INO (kernel include/linux/proc_ns.h): the namespace that sees every process. */
const WHOLE_MACHINE = 'pid:[4026531836]';
/** Clock ticks of /proc are 1/100 s on every architecture Node runs on (USER_HZ). */
const TICKS = 100;

/**
 * Processes whose program's name fits and that have one of these files open, by inode, so that paths in
 * another mount namespace do not matter. `complete` is false in a container and without root.
 */
export function usersOfFiles(paths: readonly string[], program: RegExp): FileUsers {
  const wanted = new Set<string>();
  for (const path of paths) {
    const id = identity(path);
    if (id) wanted.add(id);
  }
  const users: FileUser[] = [];
  let complete = sameNamespace();
  for (const name of list('/proc') ?? []) {
    if (!/^\d+$/.test(name)) continue;
    const comm = text(`/proc/${name}/comm`)?.trim();
    if (comm === undefined || !program.test(comm)) continue;
    const fds = list(`/proc/${name}/fd`);
    if (fds === undefined) {
      if (isThere(name)) complete = false;
      continue;
    }
    if (!fds.some((fd) => wanted.has(identity(`/proc/${name}/fd/${fd}`) ?? ''))) continue;
    const started = startOf(name);
    if (started !== undefined) users.push({ pid: Number(name), program: comm, started });
    else if (isThere(name)) complete = false;
  }
  return { users, complete };
}

/** Processes whose program's name fits, whatever they have open. `complete` is false in a container. */
export function processesOf(program: RegExp): FileUsers {
  const users: FileUser[] = [];
  let complete = sameNamespace();
  for (const name of list('/proc') ?? []) {
    if (!/^\d+$/.test(name)) continue;
    const comm = text(`/proc/${name}/comm`)?.trim();
    if (comm === undefined || !program.test(comm) || text(`/proc/${name}/cmdline`) === '') continue;
    const started = startOf(name);
    if (started !== undefined) users.push({ pid: Number(name), program: comm, started });
    else if (isThere(name)) complete = false;
  }
  return { users, complete };
}

/** Those of the names that stand in the path of a file that any process has open: by name, so in whatever mount namespace. */
export function openNames(names: readonly string[]): { open: Set<string>; complete: boolean } {
  const wanted = new Set(names);
  const open = new Set<string>();
  let complete = sameNamespace();
  for (const pid of list('/proc') ?? []) {
    if (!/^\d+$/.test(pid)) continue;
    const fds = list(`/proc/${pid}/fd`);
    if (fds === undefined && isThere(pid)) complete = false;
    for (const at of ['cwd', 'root', 'exe', ...(fds ?? []).map((fd) => `fd/${fd}`)])
      for (const part of link(`/proc/${pid}/${at}`)?.split('/') ?? []) if (wanted.has(part)) open.add(part);
  }
  return { open, complete };
}

/** One that ended while it was looked at is nobody's user any more. */
function isThere(pid: string): boolean {
  return text(`/proc/${pid}/comm`) !== undefined;
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function sameNamespace(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === WHOLE_MACHINE;
  } catch {
    return false;
  }
}

/** proc(5): field 22 of stat is the start in ticks since boot, as /proc/uptime counts it. */
function startOf(pid: string): number | undefined {
  const stat = text(`/proc/${pid}/stat`);
  const uptime = Number(text('/proc/uptime')?.split(' ')[0]);
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  if (ticks === undefined || !Number.isFinite(uptime)) return undefined;
  return Date.now() - uptime * 1000 + (Number(ticks) / TICKS) * 1000;
}

function identity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function list(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
