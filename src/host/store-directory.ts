import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { UllageError } from './host.ts';
import { bytesOf, entryOf, namesIn } from './tree-files.ts';

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

/** What is missing, denied or damaged is not there: the caller says what is then unknown. */
export function storeDirectory(root: string): StoreDirectory {
  const reached = <T>(path: string, kind: 'directory' | 'file', look: (at: string) => T | undefined): T | undefined => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..')) return undefined;
    let at = join(root);
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      if (entryOf(at)?.kind !== (index < parts.length - 1 ? 'directory' : kind)) return undefined;
    }
    return look(at);
  };
  return {
    name: root,
    list: (path) => reached(path, 'directory', namesIn) ?? [],
    read: (path, most) => reached(path, 'file', (at) => bytesOf(at, most)),
    directory: (path) => reached(path, 'directory', (at) => at),
    sizeOf: (path) => reached(path, 'file', (at) => entryOf(at)?.size),
  };
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
