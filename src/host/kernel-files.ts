import { open } from 'node:fs/promises';
import { fileFailure, fileTimeout } from './file-answers.ts';
import type { FileRead } from './host.ts';

/** Files that the kernel writes from its memory, of no process but our own: no storage is asked. */
const FROM_MEMORY = /^\/proc\/(?:self\/mountinfo|partitions|loadavg|sys\/(?:fs|kernel)\/[\w-]+(?:\/[\w-]+)?)$/;

export function isKernelFile(path: string): boolean {
  return FROM_MEMORY.test(path);
}

/** Such a file, read by this very process: no helper is needed, for nothing below it can hang. */
export async function readKernelFile(path: string, timeoutMs: number, maxBytes: number): Promise<FileRead> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FileRead>((resolve) => {
    timer = setTimeout(() => resolve(fileTimeout(path, timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([contentOf(path, maxBytes), late]);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return fileFailure(path, code ?? message);
  } finally {
    clearTimeout(timer);
  }
}

async function contentOf(path: string, maxBytes: number): Promise<FileRead> {
  const file = await open(path, 'r');
  try {
    // st_size is 0 in /proc: it is read until nothing comes
    const text = await file.readFile();
    const truncated = text.length > maxBytes ? { truncated: true } : {};
    return { ok: true, content: text.subarray(0, maxBytes).toString('utf8'), ...truncated };
  } finally {
    await file.close();
  }
}
