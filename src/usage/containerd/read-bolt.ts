import { type BoltBucket, readBolt } from '../../formats/bolt/database.ts';
import { bytesOf } from '../../host/tree-files.ts';

const LARGEST = 2 ** 30;
/** Both meta pages, whatever the page size: they change with every transaction. */
const HEAD = 128 * 1024;
const ATTEMPTS = 5;

/**
 * A bolt database that a daemon may be writing: read until its first pages are the same before and after.
 * Undefined where it is missing, cannot be read or never stands still.
 */
export function readBoltFile(path: string): BoltBucket | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const bytes = bytesOf(path, LARGEST);
    const again = bytesOf(path, LARGEST);
    if (!bytes || !again) return undefined;
    if (Buffer.compare(bytes.subarray(0, HEAD), again.subarray(0, HEAD)) !== 0) continue;
    const found = readBolt(bytes);
    if (found) return found;
  }
  return undefined;
}
