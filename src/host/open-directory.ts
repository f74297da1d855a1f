import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { UllageError } from './host.ts';

/** Reading a directory of this machine by names that are bytes. */
export interface ReadableDirectory {
  stat(path: Buffer): BigIntStats;
  names(path: Buffer): Buffer[];
  target(path: Buffer): Buffer;
  /** a file's bytes in pieces, in order; it is opened as the first is asked for. The piece is reused. */
  pieces(path: Buffer): Iterable<Buffer>;
}

const PIECE = 2 ** 20;

/** All of it throws UllageError where the kernel refuses. */
export const readableDirectory: ReadableDirectory = {
  stat: (path) => attempt(path, () => lstatSync(path, { bigint: true })),
  names: (path) => attempt(path, () => readdirSync(path, { encoding: 'buffer' })),
  target: (path) => attempt(path, () => readlinkSync(path, { encoding: 'buffer' })),
  *pieces(path) {
    const fd = attempt(path, () => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    try {
      const piece = Buffer.allocUnsafe(PIECE);
      for (;;) {
        const got = attempt(path, () => readSync(fd, piece, 0, PIECE, null));
        if (got === 0) return;
        yield piece.subarray(0, got);
      }
    } finally {
      closeSync(fd);
    }
  },
};

function attempt<T>(path: Buffer, body: () => T): T {
  try {
    return body();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const todo = code === 'EACCES' || code === 'EPERM' ? 'Run it as root' : message;
    throw new UllageError('cannot be read', path.toString('utf8'), todo, { cause: error });
  }
}
