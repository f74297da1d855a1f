import { closeSync, openSync, readSync } from 'node:fs';
import { fileFailure } from './file-answers.ts';
import type { FileRead } from './host.ts';

/** Files that the kernel writes from its memory, of no process but our own: no storage is asked. */
const FROM_MEMORY =
  /^\/proc\/(?:self\/mountinfo|partitions|loadavg|key-users|sysvipc\/(?:sem|shm|msg)|sys\/(?:fs|kernel|user)\/[\w-]+(?:\/[\w-]+)?)$/;

export function isKernelFile(path: string): boolean {
  return FROM_MEMORY.test(path);
}

/** One for all of them: a new one each time is work for the garbage collector. */
const chunk = Buffer.alloc(65_536);

/** Such a file, read by this very process at once: no helper is needed, for nothing below it can hang. */
export function readKernelFile(path: string, maxBytes: number): FileRead {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const parts: Buffer[] = [];
    let size = 0;
    // no trust in st_size: it is 0 in /proc
    for (;;) {
      const got = readSync(fd, chunk, 0, chunk.length, null);
      if (got === 0) break;
      size += got;
      parts.push(Buffer.from(chunk.subarray(0, got)));
      if (size > maxBytes) break;
    }
    const content = Buffer.concat(parts).subarray(0, maxBytes).toString('utf8');
    return { ok: true, content, ...(size > maxBytes ? { truncated: true } : {}) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fileFailure(path, code ?? message);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
