import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UllageError } from './host.ts';

/** Longest plan that is read: the longest ones made are some 100 KiB. */
const MOST = 16 * 1024 * 1024;

/** What is read so, for the error. */
interface Called {
  name: string;
  /** where it comes from */
  from: string;
}

const PLAN: Called = { name: 'the plan', from: 'ullage plan -o FILE writes one' };

/** The text of a plan, or of another document of that size; `-` is stdin. @throws UllageError when it cannot be read */
export async function readPlanFile(path: string, { name, from } = PLAN): Promise<string> {
  try {
    if (path === '-' && process.stdin.isTTY) throw new Error('stdin is a terminal: give a file, or pipe one in');
    // a shell's <(…): open already, and waited for until its writer is done
    const given = path === '-' || path === '/dev/stdin' ? '0' : /^\/dev\/fd\/(\d+)$/.exec(path)?.[1];
    if (given !== undefined) return readUpTo(Number(given));
    // a FIFO without a writer would hold open(2) up for ever
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const kind = fstatSync(fd);
      if (kind.isDirectory()) throw new Error('it is a directory');
      if (!kind.isFile()) throw new Error('it is not a regular file; - reads from a pipe');
      return readUpTo(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UllageError(`cannot read ${name}`, path, code === 'ENOENT' ? `There is no such file; ${from}` : message, {
      cause: error,
    });
  }
}

function readUpTo(fd: number): string {
  const parts: Buffer[] = [];
  let length = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(64 * 1024);
    const got = readSync(fd, part);
    if (got === 0) return Buffer.concat(parts).toString('utf8');
    length += got;
    if (length > MOST) throw new Error('it is larger than any plan');
    parts.push(part.subarray(0, got));
  }
}
