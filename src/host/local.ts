import { fileFailure, fileTimeout, notRegular, statfsAnswer } from './file-answers.ts';
import { fileHelper } from './file-helper.ts';
import { filesHere } from './files-here.ts';
import { getLocal } from './get-local.ts';
import type { Host } from './host.ts';
import { kernelAnswer } from './kernel-answers.ts';
import { isKernelFile, readKernelFile } from './kernel-files.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_MS } from './limits.ts';
import { runProcess } from './run-process.ts';

/**
 * This machine. Files are opened by a helper process, so that neither a hung read nor a hung statfs can hang us; but for
 * those of the root file system, without which no program starts either, and those that the kernel answers from memory.
 * `blockSize` is f_bsize, all that Node gives: on Linux it equals f_frsize for the kernel's own file systems
 * (fs/statfs.c fills an empty f_frsize from f_bsize).
 */
export function localHost(): Host {
  const files = fileHelper();
  const here = filesHere();
  return {
    label: 'this host',
    run: async (argv, options) => kernelAnswer(argv) ?? runProcess(argv, options),
    async read(path, options = {}) {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
      if (isKernelFile(path)) return readKernelFile(path, maxBytes);
      const known = await here.read(path, timeoutMs, maxBytes);
      if (known) return known;
      const answer = await files.ask('read', path, timeoutMs, maxBytes);
      if (answer.timeout) return fileTimeout(path, timeoutMs);
      if (answer.notFile) return notRegular(path);
      if (answer.content === undefined) return fileFailure(path, answer.code || (answer.message ?? ''));
      return { ok: true, content: answer.content, ...(answer.truncated ? { truncated: true } : {}) };
    },
    async statfs(path, options = {}) {
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const known = await here.statfs(path, timeoutMs);
      if (known) return known;
      const answer = await files.ask('statfs', path, timeoutMs, 0);
      if (answer.timeout) return fileTimeout(path, timeoutMs);
      return answer.value ? statfsAnswer(path, answer.value) : fileFailure(path, answer.code || (answer.message ?? ''));
    },
    get: (socket, path, options) => getLocal(socket, path, options),
    async close() {
      files.close();
    },
  };
}
