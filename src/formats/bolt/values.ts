import type { BoltBucket } from './database.ts';

/** The bucket below these names; undefined where one is missing. */
export function bucketAt(bucket: BoltBucket | undefined, ...path: readonly string[]): BoltBucket | undefined {
  return path.reduce<BoltBucket | undefined>((at, name) => at?.buckets.get(name), bucket);
}

/** A value as UTF-8; undefined where it is missing or empty. */
export function textIn(bucket: BoltBucket | undefined, key: string): string | undefined {
  return new TextDecoder().decode(bucket?.values.get(key)) || undefined;
}

/** A number as Go's encoding/binary writes it: seven bits a byte, lowest first. Undefined: none, or cut short. */
export function uvarint(bytes: Uint8Array | undefined): number | undefined {
  let value = 0;
  for (const [index, byte] of (bytes ?? []).entries()) {
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return Number.isSafeInteger(value) ? value : undefined;
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
