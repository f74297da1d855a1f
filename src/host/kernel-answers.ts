import type { Ran } from './host.ts';
import { isKernelFile, readKernelFile } from './kernel-files.ts';

const MOST_BYTES = 2 ** 20;

/**
 * What two programs would print, byte for byte, that only say what the kernel tells this process as well: `grep -Hs . FILE…`
 * of files that it writes from memory, and `id -u`. To start one costs many times what it does. Undefined: to be run.
 */
export function kernelAnswer(argv: readonly string[]): Ran | undefined {
  const [program, ...words] = argv;
  const text = program === 'grep' ? lines(words) : program === 'id' && words.join(' ') === '-u' ? userId() : undefined;
  return text === undefined ? undefined : { exitCode: 0, stderr: '', durationMs: 0, ...text };
}

type Answer = { stdout: string; exitCode?: number } | undefined;

/** `PATH:LINE` of each line that is not empty; status 2 where a file could not be read, 1 where there was no line (grep(1)). */
function lines([flags, pattern, ...paths]: readonly string[]): Answer {
  if (flags !== '-Hs' || pattern !== '.' || paths.length === 0 || !paths.every(isKernelFile)) return undefined;
  let stdout = '';
  let missing = false;
  for (const path of paths) {
    const got = readKernelFile(path, MOST_BYTES);
    missing ||= !got.ok;
    if (!got.ok) continue;
    // grep says of such a file that it matches, and no line of it
    if (got.truncated || /[^\n\t -~]/.test(got.content)) return undefined;
    for (const line of got.content.split('\n')) if (line !== '') stdout += `${path}:${line}\n`;
  }
  return { stdout, exitCode: missing ? 2 : stdout === '' ? 1 : 0 };
}

function userId(): Answer {
  const uid = process.geteuid?.();
  return uid === undefined ? undefined : { stdout: `${uid}\n` };
}
