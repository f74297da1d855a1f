import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { UllageError } from './host.ts';

/** Writes a file of the operator's own; one that exists only with `force`. One that could not be written whole is taken away. */
export function writeNewFile(path: string, text: string, force: boolean): void {
  let made = false;
  try {
    const fd = openSync(path, force ? 'w' : 'wx', 0o600);
    made = !force;
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    // half of it would be taken for the whole, and be in the way of the next try
    if (made) rmSync(path, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    const todo = code === 'EEXIST' ? 'It exists: choose another name or --force' : message;
    throw new UllageError('cannot write', path, todo, { cause: error });
  }
}
