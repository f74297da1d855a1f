/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4; reflected polynomial 0x82f63b78), as dm-thin, ext4,
 * xfs and btrfs use it. Plain JavaScript: slicing by 8, and two blocks in one loop where many are
 * checked, for one block alone is bound by the chain of its own dependencies.
 */
const T = tables();

function tables(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    table[i] = c;
  }
  for (let i = 256; i < 2048; i++) {
    const before = table[i - 256] as number;
    table[i] = (before >>> 8) ^ (table[before & 255] as number);
  }
  return table;
}

/** Words are read as the machine has them; the formats are little-endian. */
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * The register after `bytes[start, end)`, as the kernel's crc32c(): inverted neither before nor
 * after, 0 to 2^32-1. Start with 2^32-1 (the default) or the register of what comes before.
 * The usual CRC-32C (btrfs, xfs, zlib's style) is `~crc32c(…) >>> 0`.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length, seed = 0xffffffff): number {
  let c = seed | 0;
  let i = start;
  if (LITTLE_ENDIAN && end - start >= 32) {
    for (; (bytes.byteOffset + i) & 3; i++) c = (c >>> 8) ^ (T[(c ^ (bytes[i] as number)) & 255] as number);
    const pairs = (end - i) >>> 3;
    c = crcOfWords(new Int32Array(bytes.buffer, bytes.byteOffset + i, pairs * 2), 0, pairs * 2, c);
    i += pairs * 8;
  }
  for (; i < end; i++) c = (c >>> 8) ^ (T[(c ^ (bytes[i] as number)) & 255] as number);
  return c >>> 0;
}

/** The register (signed) after the little-endian words `[from, to)`. */
export function crcOfWords(words: Int32Array, from: number, to: number, seed = -1): number {
  let c = seed;
  let i = from;
  for (const even = to - ((to - from) & 1); i < even; i += 2) {
    const a = (words[i] as number) ^ c;
    const b = words[i + 1] as number;
    c =
      (T[1792 + (a & 255)] as number) ^
      (T[1536 + ((a >>> 8) & 255)] as number) ^
      (T[1280 + ((a >>> 16) & 255)] as number) ^
      (T[1024 + (a >>> 24)] as number) ^
      (T[768 + (b & 255)] as number) ^
      (T[512 + ((b >>> 8) & 255)] as number) ^
      (T[256 + ((b >>> 16) & 255)] as number) ^
      (T[b >>> 24] as number);
  }
  return i < to ? lastWord((words[i] as number) ^ c) : c;
}

/**
 * The registers (signed, started with the seeds) of two runs of `length` words at `first` and `second`,
 * computed side by side, which takes little longer than one: `out[0]` and `out[1]`.
 */
export function crcOfTwo(
  words: Int32Array,
  first: number,
  second: number,
  length: number,
  out: Int32Array,
  seeds: readonly [number, number] = [-1, -1],
): void {
  let [c, d] = seeds;
  let i = first;
  let j = second;
  for (const even = first + length - (length & 1); i < even; i += 2, j += 2) {
    const a = (words[i] as number) ^ c;
    const b = words[i + 1] as number;
    const x = (words[j] as number) ^ d;
    const y = words[j + 1] as number;
    c =
      (T[1792 + (a & 255)] as number) ^
      (T[1536 + ((a >>> 8) & 255)] as number) ^
      (T[1280 + ((a >>> 16) & 255)] as number) ^
      (T[1024 + (a >>> 24)] as number) ^
      (T[768 + (b & 255)] as number) ^
      (T[512 + ((b >>> 8) & 255)] as number) ^
      (T[256 + ((b >>> 16) & 255)] as number) ^
      (T[b >>> 24] as number);
    d =
      (T[1792 + (x & 255)] as number) ^
      (T[1536 + ((x >>> 8) & 255)] as number) ^
      (T[1280 + ((x >>> 16) & 255)] as number) ^
      (T[1024 + (x >>> 24)] as number) ^
      (T[768 + (y & 255)] as number) ^
      (T[512 + ((y >>> 8) & 255)] as number) ^
      (T[256 + ((y >>> 16) & 255)] as number) ^
      (T[y >>> 24] as number);
  }
  out[0] = length & 1 ? lastWord((words[i] as number) ^ c) : c;
  out[1] = length & 1 ? lastWord((words[j] as number) ^ d) : d;
}

function lastWord(a: number): number {
  return (
    (T[768 + (a & 255)] as number) ^
    (T[512 + ((a >>> 8) & 255)] as number) ^
    (T[256 + ((a >>> 16) & 255)] as number) ^
    (T[a >>> 24] as number)
  );
}
