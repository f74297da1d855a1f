import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { UllageError } from './host.ts';

/**
 * Replaces a file of the operator's own at once: a reader sees the old text or the new. A link stays and what it leads to is
 * replaced; a device, a pipe or a socket (`/dev/stdout`, `/dev/null`) never is. @throws UllageError
 */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  let beside: string | undefined;
  try {
    const target = replaceable(path);
    beside = `${target}.${process.pid}.tmp`;
    // one that a killed process of the same number left; and no link that somebody put there is written through
    rmSync(beside, { force: true });
    writeFileSync(beside, text, { mode, flag: 'wx' });
    renameSync(beside, target);
  } catch (error) {
    if (beside !== undefined) rmSync(beside, { force: true });
    throw new UllageError('cannot write', path, (error as Error).message, { cause: error });
  }
}

/** rename(2) puts the new file in the place of whatever is there: a device node of the host would be gone. */
function replaceable(path: string): string {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there) return path;
  if (!there.isFile()) throw new Error(`it is ${there.isDirectory() ? 'a directory' : 'no regular file'}: name a file`);
  return realpathSync(path);
}
