import { writeFileSync } from 'node:fs';
import { UllageError } from './host.ts';

/** Writes a file of the operator's own; one that exists only with `force`. */
export function writeNewFile(path: string, text: string, force: boolean): void {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: force ? 'w' : 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const todo = code === 'EEXIST' ? 'It exists: choose another name or --force' : message;
    throw new UllageError('cannot write', path, todo, { cause: error });
  }
}
