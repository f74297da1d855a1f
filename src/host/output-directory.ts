import {
  type BigIntStats,
  closeSync,
  constants,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { UllageError } from './host.ts';
import {
  type Birth,
  birthIn,
  dress,
  type OutputMeta,
  type OutputPart,
  type Own,
  openPart,
  within,
  writeWhole,
} from './output-part.ts';

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
  /** a small file at once: all its bytes, no holes. Nothing is done where one of that size and time is there */
  whole(name: Buffer, bytes: Uint8Array, meta: OutputMeta): void;
  symlink(name: Buffer, target: Buffer, meta: OutputMeta): void;
  /** a hard link to what stands at `path` from the top */
  link(name: Buffer, path: readonly Buffer[]): void;
  close(): void;
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** A directory held open: what is in it is reached through `/proc/self/fd/N/`, whatever its path leads to by then. */
interface Held {
  fd: number;
  prefix: Buffer;
}

const held = (fd: number): Held => ({ fd, prefix: Buffer.from(`/proc/self/fd/${fd}/`) });

/**
 * @param path made when missing; must be empty unless `resume`
 * @throws UllageError when it is something else, not empty or cannot be made
 */
export function openOutputDirectory(path: string, options: { resume: boolean }): OutputDirectory {
  if (process.platform !== 'linux')
    throw new UllageError('directories are written on Linux only', path, 'Write an archive instead: --to FILE.tar');
  const root = attempt(
    path,
    () => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      return openSync(path, DIRECTORY);
    },
    'Give another place with --to: a directory that is new or empty, or FILE.tar for an archive',
  );
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
  const open: Held[] = [held(root)];
  const top = open[0] as Held;
  const here = (): Buffer => (open[open.length - 1] ?? top).prefix;
  const own: Own = (name, body) => attempt(() => `${resolve(path)}/…/${name.toString('utf8')}`, body);
  /** of every file in a directory that this run has made, as none gets its own mode or owner before all in it is done */
  let birth: Birth | undefined;

  const directory: OutputDirectory = {
    enter(name) {
      own(name, () => {
        const at = within(here(), name);
        try {
          mkdirSync(at, 0o700);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !options.resume) throw error;
        }
        open.push(held(openSync(at, DIRECTORY)));
      });
    },
    leave(meta) {
      const fd = open.length > 1 ? open.pop()?.fd : root;
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
      return openPart(here(), name, at, asRoot, own);
    },
    whole(name, bytes, meta) {
      if (!options.resume) {
        birth ??= birthIn(top.prefix);
        const made = birth;
        own(name, () => writeWhole(within(here(), name), bytes, meta, asRoot, made));
        return;
      }
      const part = directory.file(name, bytes.length, meta);
      if (!part) return;
      try {
        part.write(bytes, 0);
      } catch (error) {
        part.abandon();
        throw error;
      }
      part.finish(bytes.length, meta);
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
        let at = top.prefix;
        try {
          for (const step of target.slice(0, -1)) {
            const fd = openSync(within(at, step), DIRECTORY);
            parents.push(fd);
            at = held(fd).prefix;
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
      for (const { fd } of open.splice(0)) closeSync(fd);
    },
  };
  return directory;
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

function attempt<T>(path: string | (() => string), body: () => T, todo = 'It is left out'): T {
  try {
    return body();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof UllageError || code === undefined) throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT';
    throw new UllageError(
      full ? 'no room in the target' : 'cannot be written',
      `${typeof path === 'string' ? path : path()}: ${message}`,
      full ? 'Make room and go on with --resume' : todo,
      { cause: error },
    );
  }
}
