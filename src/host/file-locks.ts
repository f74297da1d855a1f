import { statSync } from 'node:fs';
import { textOf } from './tree-files.ts';

/** `1: POSIX  ADVISORY  WRITE 527 fe:10:25 0 EOF`; one that waits has `->` after the number (proc_locks(5)). */
const LOCK = /^\d+:\s+(?:->\s+)?\S+\s+\S+\s+\S+\s+-?\d+\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/;

/**
 * Which of these files somebody holds a lock on, whatever his program is called. Compared by inode number
 * alone: a file system with devices of its own for subvolumes is listed under another number than stat(2) gives.
 */
export function lockedFiles(paths: readonly string[], locks = textOf('/proc/locks') ?? ''): string[] {
  const inodes = new Set(locks.split('\n').flatMap((line) => LOCK.exec(line)?.[1] ?? []));
  return paths.filter((path) => {
    try {
      const inode = statSync(path, { throwIfNoEntry: false, bigint: true })?.ino;
      return inode !== undefined && inodes.has(String(inode));
    } catch {
      // whether it is locked cannot be told: a damaged inode, a ring of links
      return true;
    }
  });
}
