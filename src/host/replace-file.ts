import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { UllageError } from './host.ts';

/** Replaces a file of the operator's own at once: a reader sees the old text or the new. @throws UllageError */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(beside, text, { mode });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw new UllageError('cannot write', path, (error as Error).message, { cause: error });
  }
}
