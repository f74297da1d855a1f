/**
 * Sizes and salts of thin-pool metadata (kernel drivers/md/dm-thin-metadata.c and
 * drivers/md/persistent-data/). All of it is little-endian.
 */
export const BLOCK = 4096;
/** 32-bit words of a block */
export const WORDS = BLOCK / 4;
export const SECTOR = 512;

/**
 * A block's checksum is the CRC-32C register of its bytes 4 to 4095 XOR a constant of its type, so
 * that a block of one type never passes for another.
 */
export const SALT = { superblock: 160774, node: 121107, bitmap: 240779, index: 160478 } as const;

/** Entries of two bits in a bitmap block (16 bytes of header). */
export const BITMAP_ENTRIES = (BLOCK - 16) * 4;
/** Entries of the metadata space map's index block (MAX_METADATA_BITMAPS). */
export const INDEX_ENTRIES = 255;
/** Metadata larger than this is never used by the kernel (THIN_METADATA_MAX_SECTORS_WARNING). */
export const MAX_METADATA_BLOCKS = INDEX_ENTRIES * BITMAP_ENTRIES;
/** Blocks of a pool that are counted one by one here: 128 TiB of the smallest blocks. */
export const MAX_COUNTED = 2 ** 31 - 1;

/** Bytes of a value in the leaves of each tree. */
export const VALUE = { pointer: 8, mapping: 8, details: 24, bitmap: 16, count: 4 } as const;

/** Two words as a number; beyond 2^53 it is no longer exact, but still larger than any limit. */
export function u64(words: Int32Array, at: number): number {
  return ((words[at] as number) >>> 0) + ((words[at + 1] as number) >>> 0) * 2 ** 32;
}
