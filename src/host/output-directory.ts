import { randomBytes } from 'node:crypto';
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { UllageError } from './host.ts';

/** What is set on what is made. Times are seconds since 1970 with their fraction. */
export interface OutputMeta {
  mode: number;
  uid: number;
  gid: number;
  atime: number;
  mtime: number;
}

/** A file being written under a name of its own; it gets its name when it is complete. */
export interface OutputPart {
  write(bytes: Uint8Array, position: number): void;
  finish(size: number, meta: OutputMeta): void;
  abandon(): void;
}

/**
 * A directory that is filled by names given as bytes. Every step starts from an open directory
 * (Linux: /proc/self/fd, as openat(2) would), and no symlink is followed: nothing is made
 * outside, whatever the names and links that are put in.
 */
export interface OutputDirectory {
  /** makes a directory in the present one, or opens the one that is there, and goes into it */
  enter(name: Buffer): void;
  leave(meta: OutputMeta): void;
  /** undefined: a file of that size and time is there from an earlier run */
  file(name: Buffer, size: number, meta: OutputMeta): OutputPart | undefined;
  symlink(name: Buffer, target: Buffer, meta: OutputMeta): void;
  /** a hard link to what stands at `path` from the top */
  link(name: Buffer, path: readonly Buffer[]): void;
  close(): void;
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const PART = '.ullage-part-';

/**
 * @param path made when missing; must be empty unless `resume`
 * @throws UllageError when it is something else, not empty or cannot be made
 */
export function openOutputDirectory(path: string, options: { resume: boolean }): OutputDirectory {
  if (process.platform !== 'linux')
    throw new UllageError('directories are written on Linux only', path, 'Write an archive instead: --to FILE.tar');
  const root = attempt(path, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return openSync(path, DIRECTORY);
  });
  const asRoot = process.getuid?.() === 0;
  const names = attempt(path, () => readdirSync(`/proc/self/fd/${root}`));
  if (names.length > 0 && !options.resume) {
    closeSync(root);
    throw new UllageError(
      'the directory is not empty',
      path,
      'Name a new one; --resume goes on with one that was begun',
    );
  }
  const open: number[] = [root];
  const here = (): number => open[open.length - 1] ?? root;
  const own = <T>(name: Buffer, body: () => T): T => attempt(`${resolve(path)}/…/${name.toString('utf8')}`, body);

  return {
    enter(name) {
      own(name, () => {
        const at = within(here(), name);
        try {
          mkdirSync(at, 0o700);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !options.resume) throw error;
        }
        open.push(openSync(at, DIRECTORY));
      });
    },
    leave(meta) {
      const fd = open.length > 1 ? open.pop() : root;
      if (fd === undefined) return;
      attempt(path, () => {
        dress(fd, meta, asRoot);
        if (fd !== root) closeSync(fd);
      });
    },
    file(name, size, meta) {
      const at = within(here(), name);
      const there = lstatSync(at, { bigint: true, throwIfNoEntry: false });
      if (there) {
        if (options.resume && isSame(there, size, meta)) return undefined;
        if (!options.resume || !there.isFile()) own(name, () => fail('EEXIST', 'a name that is there already'));
      }
      return part(here(), name, at, asRoot, own);
    },
    symlink(name, target, meta) {
      own(name, () => {
        const at = within(here(), name);
        try {
          symlinkSync(target, at);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !options.resume) throw error;
          if (!readlinkSync(at, { encoding: 'buffer' }).equals(target)) throw error;
        }
        if (asRoot) lchownSync(at, meta.uid, meta.gid);
        lutimesSync(at, meta.atime, meta.mtime);
      });
    },
    link(name, target) {
      own(name, () => {
        const parents: number[] = [];
        let at = root;
        try {
          for (const step of target.slice(0, -1)) {
            at = openSync(within(at, step), DIRECTORY);
            parents.push(at);
          }
          const existing = within(at, target.at(-1) ?? Buffer.alloc(0));
          const made = within(here(), name);
          try {
            linkSync(existing, made);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !options.resume) throw error;
            if (lstatSync(existing).ino !== lstatSync(made).ino) throw error;
          }
        } finally {
          for (const fd of parents) closeSync(fd);
        }
      });
    },
    close() {
      for (const fd of open.splice(0)) closeSync(fd);
    },
  };
}

/** A name in an open directory. @throws where it is more than one name */
function within(directory: number, name: Buffer): Buffer {
  if (
    name.length === 0 ||
    name.includes(0x2f) ||
    name.includes(0) ||
    name.equals(Buffer.from('.')) ||
    name.equals(Buffer.from('..'))
  )
    throw new UllageError('not a name', name.toString('utf8'), 'It is left out');
  return Buffer.concat([Buffer.from(`/proc/self/fd/${directory}/`), name]);
}

type Own = <T>(name: Buffer, body: () => T) => T;

function part(directory: number, name: Buffer, at: Buffer, asRoot: boolean, own: Own): OutputPart {
  const temporary = within(directory, Buffer.from(`${PART}${randomBytes(6).toString('hex')}`));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = own(name, () => openSync(temporary, flags, 0o600));
  const abandon = (): void => {
    closeSync(fd);
    unlinkSync(temporary);
  };
  return {
    write(bytes, position) {
      own(name, () => {
        for (let done = 0; done < bytes.length; )
          done += writeSync(fd, bytes, done, bytes.length - done, position + done);
      });
    },
    finish(size, meta) {
      try {
        own(name, () => {
          if (fstatSync(fd).size !== size) ftruncateSync(fd, size);
          dress(fd, meta, asRoot);
        });
      } catch (error) {
        abandon();
        throw error;
      }
      own(name, () => {
        closeSync(fd);
        renameSync(temporary, at);
      });
    },
    abandon,
  };
}

/** Owner first: chown takes the set-id bits away. Without root nobody gets them. */
function dress(fd: number, meta: OutputMeta, asRoot: boolean): void {
  if (asRoot) fchownSync(fd, meta.uid, meta.gid);
  fchmodSync(fd, asRoot ? meta.mode : meta.mode & 0o1777);
  futimesSync(fd, meta.atime, meta.mtime);
}

function isSame(there: BigIntStats, size: number, meta: OutputMeta): boolean {
  // times go through a double: compared to the millisecond
  return (
    there.isFile() &&
    Number(there.size) === size &&
    Math.abs(Number(there.mtimeMs) - Math.floor(meta.mtime * 1000)) <= 1
  );
}

function fail(code: string, message: string): never {
  throw Object.assign(new Error(message), { code });
}

function attempt<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof UllageError || code === undefined) throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new UllageError(
      full ? 'no room in the target' : 'cannot be written',
      `${path}: ${message}`,
      full ? 'Make room and go on with --resume' : 'It is left out',
      { cause: error },
    );
  }
}
