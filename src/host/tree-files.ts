import { constants as limits } from 'node:buffer';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  type Stats,
} from 'node:fs';

/** A text has room for so many bytes at most, whatever they are. */
const LONGEST = limits.MAX_STRING_LENGTH;

/** One entry of a directory, as lstat(2) has it: links are not followed. */
export interface Entry {
  name: string;
  kind: 'file' | 'directory' | 'link' | 'block' | 'other';
  inode: number;
  device: number;
  /** bytes */
  size: number;
  /** st_blocks × 512 */
  onDisk: number;
  links: number;
  /** ms since 1970: the later of content and inode change */
  changed: number;
}

/** @throws nothing: undefined where it is not there or may not be looked at */
export function entryOf(path: string): Entry | undefined {
  try {
    const stat = lstatSync(path);
    return made(path.slice(path.lastIndexOf('/') + 1), stat);
  } catch {
    return undefined;
  }
}

/** Names in a directory, but `.` and `..`; undefined where it cannot be listed. */
export function namesIn(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch {
    return undefined;
  }
}

/** What a directory holds; undefined where it cannot be listed. Names that are no UTF-8 are left out. */
export function listEntries(path: string): Entry[] | undefined {
  // names that are no UTF-8 may look like one that is there
  const names = namesIn(path);
  return names && [...new Set(names)].flatMap((name) => entryOf(`${path}/${name}`) ?? []);
}

/** Entries of a directory whose names are no UTF-8, with their paths as bytes; the names are made readable. */
export function oddEntries(path: string): { entry: Entry; raw: Uint8Array }[] {
  let names: Buffer[];
  try {
    names = readdirSync(path, { encoding: 'buffer' });
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const text = name.toString();
    if (!text.includes('\ufffd') || Buffer.from(text).equals(name)) return [];
    const raw = Buffer.concat([Buffer.from(`${path}/`), name]);
    try {
      return [{ entry: made(text, lstatSync(raw)), raw }];
    } catch {
      return [];
    }
  });
}

/**
 * A regular file's text; undefined where it is missing, denied, larger than `most` bytes or no
 * regular file (a container's directory may hold a pipe that never ends).
 */
export function textOf(path: string, most = 64 * 2 ** 20): string | undefined {
  const bytes = bytesOf(path, Math.min(most, LONGEST));
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** The same as bytes. */
export function bytesOf(path: string, most: number): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > most) return undefined;
    return readFileSync(fd);
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** A link's target; undefined where it is none. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The path without links; itself where that cannot be told. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function made(name: string, stat: Stats): Entry {
  return {
    name,
    kind: stat.isDirectory()
      ? 'directory'
      : stat.isFile()
        ? 'file'
        : stat.isSymbolicLink()
          ? 'link'
          : stat.isBlockDevice()
            ? 'block'
            : 'other',
    inode: stat.ino,
    device: stat.dev,
    size: stat.size,
    onDisk: stat.blocks * 512,
    links: stat.nlink,
    changed: Math.max(stat.mtimeMs, stat.ctimeMs),
  };
}
