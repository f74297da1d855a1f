import { readFileSync } from 'node:fs';
import { UllageError } from './host.ts';

/** Longest plan that is read: the longest ones made are some 100 KiB. */
const MOST = 16 * 1024 * 1024;

/** The text of a plan; `-` is stdin. @throws UllageError when it cannot be read */
export async function readPlanFile(path: string): Promise<string> {
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    if (text.length > MOST) throw new Error('it is larger than any plan');
    return text;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UllageError(
      'cannot read the plan',
      path,
      code === 'ENOENT' ? 'There is no such file; ullage plan -o FILE writes one' : message,
      { cause: error },
    );
  }
}
