import { createHash } from 'node:crypto';
import { blake2b256 } from '../blake2b.ts';
import { crc32c, crcOfTwo } from '../crc32c.ts';
import { xxhash64 } from '../xxhash64.ts';
import { CSUM_SIZE } from './layout.ts';

/** Checks blocks of one length whose first 32 bytes hold the checksum of the rest. */
export interface Checker {
  name: string;
  /** whether the block at `at` is sound */
  ok(bytes: Uint8Array, at: number, length: number): boolean;
  /** two blocks at once, where that is faster than one after the other: bit 0 the first is sound, bit 1 the second */
  two?(bytes: Uint8Array, first: number, second: number, length: number): number;
}

/** By `csum_type` of the superblock (enum btrfs_csum_type); undefined for one that is not known. */
export function checkerFor(type: number): Checker | undefined {
  return CHECKERS[type];
}

const pair = new Int32Array(2);

const CHECKERS: readonly Checker[] = [
  {
    name: 'crc32c',
    ok: (bytes, at, length) => (~crc32c(bytes, at + CSUM_SIZE, at + length) | 0) === storedWord(bytes, at),
    two(bytes, first, second, length) {
      if ((bytes.byteOffset & 3) !== 0)
        return (this.ok(bytes, first, length) ? 1 : 0) | (this.ok(bytes, second, length) ? 2 : 0);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
      crcOfTwo(words, (first + CSUM_SIZE) >>> 2, (second + CSUM_SIZE) >>> 2, (length - CSUM_SIZE) >>> 2, pair);
      return (
        (~(pair[0] as number) === storedWord(bytes, first) ? 1 : 0) |
        (~(pair[1] as number) === storedWord(bytes, second) ? 2 : 0)
      );
    },
  },
  {
    name: 'xxhash64',
    ok(bytes, at, length) {
      const [low, high] = xxhash64(bytes, at + CSUM_SIZE, at + length);
      return low === storedWord(bytes, at) && high === storedWord(bytes, at + 4);
    },
  },
  {
    name: 'sha256',
    ok: (bytes, at, length) =>
      equal(
        createHash('sha256')
          .update(bytes.subarray(at + CSUM_SIZE, at + length))
          .digest(),
        bytes,
        at,
      ),
  },
  { name: 'blake2b', ok: (bytes, at, length) => equal(blake2b256(bytes, at + CSUM_SIZE, at + length), bytes, at) },
];

function storedWord(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function equal(sum: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < CSUM_SIZE; i++) if (sum[i] !== bytes[at + i]) return false;
  return true;
}
