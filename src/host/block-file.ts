import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UllageError } from './host.ts';

/** A file or block device of this machine, opened for reading only. */
export interface BlockFile {
  readonly name: string;
  /** bytes; of a block device, the device's */
  readonly size: number;
  /** fills `into` from `offset`. @throws UllageError on EIO or where the file ends before */
  readInto(into: Uint8Array, offset: number): void;
  close(): void;
}

/** @throws UllageError when it is missing, denied or not a file or block device */
export function openBlockFile(path: string): BlockFile {
  let fd: number;
  try {
    // a pipe without a writer would be waited for
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new UllageError('cannot be opened', path, todo(error), { cause: error });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() && !stat.isBlockDevice())
      throw new UllageError(
        stat.isDirectory() ? 'a directory, not a file or block device' : 'not a file or block device',
        path,
        stat.isFIFO() || stat.isSocket()
          ? 'It is read in any order, which a pipe cannot do: write it into a file first'
          : 'Name an image file or a device',
      );
    const size = stat.isFile() ? stat.size : deviceSize(fd);
    return {
      name: path,
      size,
      readInto: (into, offset) => readFully(fd, path, into, offset),
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function todo(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'There is no such file: check the path';
  if (code === 'ENOTDIR') return 'Something on the way is no directory: check the path';
  if (code === 'ENXIO')
    return 'Nothing answers there: a pipe or socket, or a device that is gone. Name an image file or a device';
  if (code === 'EACCES' || code === 'EPERM') return 'Permission denied: make it readable for you, or run as root';
  return String((error as Error).message);
}

/** Fills `into` from byte `offset`. @throws UllageError on EIO or where it ends before */
export function readFully(fd: number, path: string, into: Uint8Array, offset: number): void {
  let done = 0;
  while (done < into.length) {
    let got: number;
    try {
      got = readSync(fd, into, done, into.length - done, offset + done);
    } catch (error) {
      throw new UllageError(
        'cannot be read',
        `${path}, byte ${offset + done}`,
        `${(error as Error).message}. The device may be failing: copy it with ddrescue first`,
        { cause: error },
      );
    }
    if (got === 0)
      throw new UllageError(
        'the source ends before',
        `${path}, byte ${offset + done}`,
        'The file is shorter than its format says',
      );
    done += got;
  }
}

/** fstat gives 0 for a block device: the last readable byte is found by halving (no ioctl in Node). */
function deviceSize(fd: number): number {
  const byte = new Uint8Array(1);
  const readable = (at: number): boolean => {
    try {
      return readSync(fd, byte, 0, 1, at) === 1;
    } catch {
      return false;
    }
  };
  if (!readable(0)) return 0;
  let low = 1;
  while (low < 2 ** 52 && readable(low)) low *= 2;
  let high = low;
  low /= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readable(middle)) low = middle;
    else high = middle;
  }
  return low + 1;
}
