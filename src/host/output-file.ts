import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { UllageError } from './host.ts';

/** bytes between the points that an interrupted run goes on from */
const CHECKPOINT = 256 * 2 ** 20;

/** A large file written once from front to end. It appears under its name when it is complete. */
export interface OutputFile {
  /** bytes before this one are there from an earlier run */
  readonly kept: number;
  readonly position: number;
  /** where bytes are kept already they are compared. @throws UllageError where they differ, or there is no room */
  write(bytes: Uint8Array): void;
  /** passes over bytes that are kept */
  skip(length: number): void;
  /** durable and under its name */
  finish(): void;
  /** closes it; what was written stays for another run to go on from */
  abandon(): void;
}

export interface OutputOptions {
  /** replace a file of that name, and what an earlier run left */
  force: boolean;
  /** go on from what an earlier run of the same `identity` left */
  resume: boolean;
  /** what is written: source, verb and subject */
  identity: string;
}

/** @param path `-` for standard output */
export function openOutputFile(path: string, options: OutputOptions): OutputFile {
  if (path === '-') return standardOutput();
  const part = `${path}.part`;
  const record = `${part}.json`;
  if (existsSync(path) && !options.force)
    throw new UllageError(
      'there is already something of that name',
      path,
      'Give another name, or --force to replace it',
    );
  if (existsSync(part) && !options.force && !options.resume)
    throw new UllageError('an earlier run was interrupted', part, '--resume goes on from there, --force starts again');
  const kept = options.resume && existsSync(part) ? keptBytes(part, record, options.identity) : 0;
  const fd = attempt(path, () => openSync(part, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
  attempt(path, () => ftruncateSync(fd, kept));
  let position = 0;
  let durable = kept;
  const checkpoint = (): void => {
    fdatasyncSync(fd);
    writeFileSync(record, JSON.stringify({ version: 1, identity: options.identity, bytes: position }), { mode: 0o600 });
    durable = position;
  };
  const compare = (bytes: Uint8Array): void => {
    const there = Buffer.alloc(bytes.length);
    readSync(fd, there, 0, there.length, position);
    if (!there.equals(bytes))
      throw new UllageError(
        'the source is not what it was when the earlier run was interrupted',
        `${part}, byte ${position}`,
        'Start again with --force',
      );
  };
  return {
    kept,
    get position() {
      return position;
    },
    write(bytes) {
      const same = Math.max(0, Math.min(bytes.length, kept - position));
      if (same > 0) compare(bytes.subarray(0, same));
      if (same < bytes.length) attempt(path, () => writeAll(fd, bytes.subarray(same), position + same));
      position += bytes.length;
      if (position - durable >= CHECKPOINT) attempt(path, checkpoint);
    },
    skip(length) {
      if (position + length > kept) throw new RangeError('bytes that are not kept cannot be passed over');
      position += length;
    },
    finish() {
      attempt(path, () => {
        ftruncateSync(fd, position);
        fdatasyncSync(fd);
        closeSync(fd);
        renameSync(part, path);
        rmSync(record, { force: true });
      });
    },
    abandon() {
      try {
        checkpoint();
      } catch {
        // no room for the record: the last one stands
      }
      closeSync(fd);
    },
  };
}

function keptBytes(part: string, record: string, identity: string): number {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return 0;
  }
  const { identity: its, bytes } = (found ?? {}) as { identity?: unknown; bytes?: unknown };
  if (its !== identity)
    throw new UllageError('the earlier run wrote something else', part, 'Give another name, or --force to start again');
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes < 0) return 0;
  const fd = openSync(part, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return Math.min(bytes, fstatSync(fd).size);
  } finally {
    closeSync(fd);
  }
}

function standardOutput(): OutputFile {
  // opened anew where it is a pipe: Node has made its own not block
  const stat = fstatSync(1);
  const fd = stat.isFIFO() && process.platform === 'linux' ? openSync('/proc/self/fd/1', 'w') : 1;
  let position = 0;
  return {
    kept: 0,
    get position() {
      return position;
    },
    write(bytes) {
      attempt('standard output', () => writeAll(fd, bytes, undefined));
      position += bytes.length;
    },
    skip() {
      throw new RangeError('nothing is kept on standard output');
    },
    finish() {},
    abandon() {},
  };
}

function writeAll(fd: number, bytes: Uint8Array, at: number | undefined): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done, bytes.length - done, at === undefined ? null : at + done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function attempt<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof UllageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const full = code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
    throw new UllageError(
      'cannot be written',
      `${path}: ${message}`,
      full
        ? 'Make room there and go on with --resume, or write it where there is room'
        : 'Give another place with --to',
      { cause: error },
    );
  }
}
