import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { must } from '../process.ts';
import { imageOf, isBuilt, O_TMPFILE } from './image.ts';
import { type GuestName, recipes } from './recipe.ts';

/** A file out of a guest's image, without booting it (debugfs(8), of the package that makes the image). */
export async function fileOfImage(guest: GuestName, path: string): Promise<Buffer> {
  if (!isBuilt(recipes[guest])) throw new Error(`the ${guest} image is not built: npm run lab -- image ${guest}`);
  const fd = openSync(tmpdir(), O_TMPFILE | constants.O_RDWR, 0o600);
  try {
    await must(['debugfs', '-R', `dump ${path} /proc/${process.pid}/fd/${fd}`, imageOf(recipes[guest]).root]);
    const bytes = readFileSync(fd);
    // debugfs ends with 0 whatever it found
    if (bytes.length === 0) throw new Error(`the ${guest} image has no ${path}`);
    return bytes;
  } finally {
    closeSync(fd);
  }
}
