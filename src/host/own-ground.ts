import { lstat, readlink } from 'node:fs';
import { promisify } from 'node:util';
import type { MountedTypes } from './mounted-types.ts';

const lstatOf = promisify(lstat);
const linkOf = promisify(readlink);

/** Of the root: a disk's own, whose server or helper process nobody has to wait for. */
const DISK = /^(?:ext[234]|xfs|btrfs)$/;
/** All in memory. In /proc that is not so: what is said of a process can wait for it. */
const MEMORY = /^(?:tmpfs|devtmpfs|sysfs|cgroup2?)$/;
/** As many links as the kernel follows (MAXSYMLINKS, include/linux/namei.h). */
const MOST_LINKS = 40;

/** A path without symbolic links, and the types of what is mounted where it lies. */
export interface Ground {
  path: string;
  types: readonly string[];
}

/**
 * Where a file lies, when all of the way to it lies on the root file system or in the kernel's memory; undefined otherwise.
 * Asked of the root this process cannot hang more than it does anyway: each program that it starts is read from there, and
 * until the kernel has done so the process stands still (uv_spawn waits for execve, libuv src/unix/process.c).
 * Rejects with the kernel's error where there is no such file.
 */
export async function ownGround(path: string, mounted: MountedTypes): Promise<Ground | undefined> {
  const root = mounted.get('/') ?? [];
  if (!path.startsWith('/') || root.length === 0 || !root.every((type) => DISK.test(type))) return undefined;
  let types = root;
  let at = '';
  let rest = parts(path);
  for (let links = 0; rest.length > 0; ) {
    const [name = '', ...more] = rest;
    rest = more;
    if (name === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      continue;
    }
    const next = `${at}/${name}`;
    const here = mounted.get(next);
    if (here && !here.every((type) => MEMORY.test(type))) return undefined;
    const is = await lstatOf(next);
    if (is.isSymbolicLink()) {
      if (++links > MOST_LINKS) return undefined;
      const target = await linkOf(next);
      if (target.startsWith('/')) at = '';
      rest = [...parts(target), ...rest];
    } else at = next;
  }
  for (let above = at; above !== ''; above = above.slice(0, above.lastIndexOf('/'))) {
    const here = mounted.get(above);
    if (!here) continue;
    types = here;
    break;
  }
  return { path: at === '' ? '/' : at, types };
}

function parts(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}
