import { bytesOf } from '../../host/tree-files.ts';
import { type BoltBucket, readBolt } from '../../probes/bolt.ts';

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

/** The bucket below these names; undefined where one is missing. */
export function bucketAt(bucket: BoltBucket | undefined, ...path: readonly string[]): BoltBucket | undefined {
  return path.reduce<BoltBucket | undefined>((at, name) => at?.buckets.get(name), bucket);
}

export function textIn(bucket: BoltBucket | undefined, key: string): string | undefined {
  const value = bucket?.values.get(key);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/** Go's binary.Uvarint. */
export function varint(bytes: Uint8Array | undefined): number | undefined {
  let value = 0;
  for (const [i, byte] of bytes?.entries() ?? []) {
    if (i > 7) return undefined;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return value;
  }
  return undefined;
}

/** Go's time.MarshalBinary: version, seconds since the year 1 (big-endian), nanoseconds, zone. ms since 1970. */
export function goTime(bytes: Uint8Array | undefined): number | undefined {
  if (!bytes || bytes.length < 13) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = view.getUint32(1) * 4294967296 + view.getUint32(5) - 62135596800;
  return seconds > 0 && seconds < 2 ** 40 ? seconds * 1000 : undefined;
}
