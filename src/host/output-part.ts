import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
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

/** What the kernel gives a file that is made: of the bits asked for those that stay (umask, default ACL), and its owner. */
export interface Birth {
  mode: number;
  uid: number;
  gid: number;
}

const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const PART = '.ullage-part-';
const SLASH = 0x2f;
const DOT = 0x2e;

const temporaryName = (directory: Buffer): Buffer =>
  within(directory, Buffer.from(`${PART}${randomBytes(6).toString('hex')}`));

/** A file that is made and taken away again shows it. Nothing is taken for granted where that fails. */
export function birthIn(directory: Buffer): Birth {
  const path = temporaryName(directory);
  try {
    const fd = openSync(path, NEW, 0o777);
    try {
      const { mode, uid, gid } = fstatSync(fd);
      return { mode: mode & 0o777, uid, gid };
    } finally {
      closeSync(fd);
      unlinkSync(path);
    }
  } catch {
    return { mode: 0, uid: -1, gid: -1 };
  }
}

/**
 * A file of which all bytes are there, made under its name: four calls of the kernel where it is
 * born as it has to be. Its times are set last, so that one cut short is not taken for complete.
 */
export function writeWhole(at: Buffer, bytes: Uint8Array, meta: OutputMeta, asRoot: boolean, birth: Birth): void {
  const mode = asRoot ? meta.mode : meta.mode & 0o1777;
  const given = asRoot && (meta.uid !== birth.uid || meta.gid !== birth.gid);
  // until it is given away our own group has what its group will have: no more than all others
  const early = given && (mode >> 3) & ~mode & 7 ? 0o600 : mode & 0o777;
  const fd = openSync(at, NEW, early);
  try {
    writeAll(fd, bytes, 0);
    if (given) fchownSync(fd, meta.uid, meta.gid);
    if (mode !== (early & birth.mode)) fchmodSync(fd, mode);
    futimesSync(fd, meta.atime, meta.mtime);
  } catch (error) {
    closeSync(fd);
    unlinkSync(at);
    throw error;
  }
  closeSync(fd);
}

/** Runs what is done with `name`; errors of the kernel say it. */
export type Own = <T>(name: Buffer, body: () => T) => T;

export function openPart(directory: Buffer, name: Buffer, at: Buffer, asRoot: boolean, own: Own): OutputPart {
  const temporary = temporaryName(directory);
  const fd = own(name, () => openSync(temporary, NEW, 0o600));
  const abandon = (): void => {
    closeSync(fd);
    unlinkSync(temporary);
  };
  return {
    write: (bytes, position) => own(name, () => writeAll(fd, bytes, position)),
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
export function dress(fd: number, meta: OutputMeta, asRoot: boolean): void {
  if (asRoot) fchownSync(fd, meta.uid, meta.gid);
  fchmodSync(fd, asRoot ? meta.mode : meta.mode & 0o1777);
  futimesSync(fd, meta.atime, meta.mtime);
}

/**
 * A name in an open directory.
 * @param directory `/proc/self/fd/N/`
 * @throws UllageError where it is more than one name
 */
export function within(directory: Buffer, name: Buffer): Buffer {
  const { length } = name;
  const dots = length <= 2 && name[0] === DOT && (length === 1 || name[1] === DOT);
  if (length === 0 || dots || name.includes(SLASH) || name.includes(0))
    throw new UllageError('not a name', name.toString('utf8'), 'It is left out');
  const path = Buffer.allocUnsafe(directory.length + length);
  path.set(directory, 0);
  path.set(name, directory.length);
  return path;
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}
