import { close, constants, fstat, open, read, stat, statfs } from 'node:fs';
import { promisify } from 'node:util';
import { fileFailure, fileTimeout, notRegular, statfsAnswer } from './file-answers.ts';
import type { FileRead, StatfsRead } from './host.ts';
import { readKernelFile } from './kernel-files.ts';
import { lateTimer } from './late-timer.ts';
import { COUNTS, countsInMemory, mountedTypes } from './mounted-types.ts';
import { ownGround } from './own-ground.ts';

const openFile = promisify(open);
const closeFile = promisify(close);
const statOf = promisify(stat);
const statOfOpen = promisify(fstat);
const readPart = promisify(read);
const statfsOf = promisify(statfs);

/** What is mounted, so many milliseconds later, is looked up again. */
const FRESH_MS = 200;
const MOST_BYTES = 16 * 2 ** 20;
/** One file of /proc that is of no process. */
const CGROUPS = '/proc/cgroups';

/** What this process may ask by itself; undefined: it must not, for it may hang, and another one is to be sent. */
export interface FilesHere {
  read(path: string, timeoutMs: number, maxBytes: number): Promise<FileRead | undefined>;
  statfs(path: string, timeoutMs: number): Promise<StatfsRead | undefined>;
}

/**
 * Files on the root file system and in the kernel's memory ({@link ownGround}), and statfs of file systems that count in
 * memory: no helper is started for them. Should one hang all the same, it is answered as a time-out, and nothing is asked
 * here any more.
 */
export function filesHere(): FilesHere {
  let text = '';
  let mounted = mountedTypes(text);
  let at = Number.NEGATIVE_INFINITY;
  let hung = false;
  const look = () => {
    const now = performance.now();
    if (now - at < FRESH_MS) return;
    at = now;
    const got = readKernelFile('/proc/self/mountinfo', MOST_BYTES);
    const is = got.ok && !got.truncated ? got.content : '';
    if (is === text) return;
    text = is;
    mounted = mountedTypes(is);
  };
  /** In time or not at all. */
  const limited = <T>(path: string, timeoutMs: number, work: () => Promise<T | undefined>) => {
    type Failure = ReturnType<typeof fileFailure>;
    if (hung) return Promise.resolve(undefined);
    look();
    return new Promise<T | Failure | undefined>((resolve) => {
      const timer = lateTimer(timeoutMs, () => {
        hung = true;
        resolve(fileTimeout(path, timeoutMs));
      });
      work()
        .catch((error: NodeJS.ErrnoException) => fileFailure(path, error.code ?? error.message))
        .then((got) => {
          timer.stop();
          resolve(got);
        });
    });
  };
  return {
    read: (path, timeoutMs, maxBytes) =>
      limited<FileRead>(path, timeoutMs, async () => {
        const real = path === CGROUPS ? path : (await ownGround(path, mounted))?.path;
        return real === undefined ? undefined : readRegular(real, path, maxBytes);
      }),
    statfs: (path, timeoutMs) =>
      limited<StatfsRead>(path, timeoutMs, async () => {
        const counted = countsInMemory(path, mounted);
        const ground = counted ? { path, types: [] } : await ownGround(path, mounted);
        if (!ground?.types.every((type) => COUNTS.test(type))) return undefined;
        const s = await statfsOf(ground.path, { bigint: true });
        return statfsAnswer(path, [s.type, s.bsize, s.blocks, s.bfree, s.bavail, s.files, s.ffree].map(String));
      }),
  };
}

/** As the helper reads (file-helper-source.ts, which says why so). */
async function readRegular(real: string, path: string, maxBytes: number): Promise<FileRead> {
  if (!(await statOf(real)).isFile()) return notRegular(path);
  const fd = await openFile(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!(await statOfOpen(fd)).isFile()) return notRegular(path);
    const chunks: Buffer[] = [];
    let size = 0;
    while (size <= maxBytes) {
      const chunk = Buffer.alloc(Math.min(65_536, maxBytes + 1 - size));
      const { bytesRead } = await readPart(fd, chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      size += bytesRead;
    }
    const content = Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8');
    return { ok: true, content, ...(size > maxBytes ? { truncated: true } : {}) };
  } finally {
    await closeFile(fd);
  }
}
