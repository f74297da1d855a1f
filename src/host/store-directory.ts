import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { UllageError } from './host.ts';

/** The files under a directory of this machine, read only; symlinks are never followed. */
export interface StoreDirectory {
  readonly name: string;
  list(path: string): string[];
  read(path: string, most: number): Buffer | undefined;
  /** the path itself where it is a directory reached without a symlink; else undefined */
  directory(path: string): string | undefined;
  /** bytes of a file reached without a symlink; undefined where there is none */
  sizeOf(path: string): number | undefined;
}

export function storeDirectory(root: string): StoreDirectory {
  const plain = (path: string, kind: 'directory' | 'file'): boolean => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) return false;
    let at = root;
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      const stat = lstatSync(at, { throwIfNoEntry: false });
      const last = index === parts.length - 1;
      if (!stat || (last && kind === 'file' ? !stat.isFile() : !stat.isDirectory())) return false;
    }
    return true;
  };
  const careful = <T>(body: () => T): T | undefined => {
    try {
      return body();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // missing, denied, EIO: all read as not there; the caller says what is then unknown
      return undefined;
    }
  };
  return {
    name: root,
    list: (path) => careful(() => (plain(path, 'directory') ? readdirSync(join(root, path)) : [])) ?? [],
    read: (path, most) => careful(() => (plain(path, 'file') ? readWhole(join(root, path), most) : undefined)),
    directory: (path) => careful(() => (plain(path, 'directory') ? join(root, path) : undefined)),
    sizeOf: (path) => careful(() => (plain(path, 'file') ? lstatSync(join(root, path)).size : undefined)),
  };
}

function readWhole(path: string, most: number): Buffer | undefined {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(fd);
    if (size > most) return undefined;
    const bytes = Buffer.alloc(size);
    let done = 0;
    while (done < size) {
      const got = readSync(fd, bytes, done, size - done, done);
      if (got === 0) break;
      done += got;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(fd);
  }
}

/** Whether the operator named a directory; their own symlinks count. */
export function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** @throws UllageError where the directory cannot be looked into: all in it would seem to be missing */
export function mustBeReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw new UllageError(
      'cannot be read',
      path,
      denied ? 'Permission denied: run as root, or copy it for yourself' : (error as Error).message,
      { cause: error },
    );
  }
}

export function isThere(path: string): boolean {
  return statOf(path) !== undefined;
}

/** Undefined where nothing is there, or the way to it is barred: whoever opens it says why. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
