import type { BlockReader } from '../block-reader.ts';
import { crcOfTwo, crcOfWords } from '../crc32c.ts';
import { FormatError } from '../format-error.ts';
import { BLOCK, MAX_METADATA_BLOCKS, u64, WORDS } from './layout.ts';

/** Told of each block whose checksum and own number are right. `words` is used again: copy what must stay. */
export type GoodBlock = (words: Int32Array, at: number, block: number) => void;
/** Told of each block that cannot be used, and why. */
export type BadBlock = (block: number, what: string) => void;

/** Metadata blocks, read in waves. */
export interface MetadataBlocks {
  readonly name: string;
  /** whole blocks that the source has */
  readonly count: number;
  /** Reads the blocks of an ascending list; neighbours in one go. */
  visit(list: ArrayLike<number>, salt: number, good: GoodBlock, bad: BadBlock): void;
}

/** Blocks read in one go, and the largest gap that is read along rather than skipped. */
const AT_ONCE = 256;
const GAP = 8;

export const BAD_CHECKSUM = 'checksum does not match';

/** Words are read as the machine has them: the format is little-endian. */
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export function metadataBlocks(reader: BlockReader): MetadataBlocks {
  if (!LITTLE_ENDIAN)
    throw new FormatError('thin-pool metadata is read on little-endian machines only', reader.name, 0);
  const count = Math.min(Math.floor(reader.size / BLOCK), MAX_METADATA_BLOCKS);
  const buffer = new ArrayBuffer(Math.max(1, Math.min(AT_ONCE, count)) * BLOCK);
  const bytes = new Uint8Array(buffer);
  const words = new Int32Array(buffer);
  const crc = new Int32Array(2);

  const hand = (block: number, at: number, sum: number, good: GoodBlock, bad: BadBlock): void => {
    if (sum !== words[at]) bad(block, BAD_CHECKSUM);
    else if (words[at + 2] !== block || words[at + 3] !== 0) bad(block, `says it is block ${u64(words, at + 2)}`);
    else good(words, at, block);
  };

  /** Where a large read fails, each block is tried alone: a disk's bad sector loses one. */
  const eachAlone = (
    list: ArrayLike<number>,
    from: number,
    to: number,
    salt: number,
    good: GoodBlock,
    bad: BadBlock,
  ) => {
    for (let k = from; k < to; k++) {
      const block = list[k] as number;
      try {
        reader.readInto(bytes.subarray(0, BLOCK), block * BLOCK);
      } catch {
        bad(block, 'cannot be read');
        continue;
      }
      hand(block, 0, crcOfWords(words, 1, WORDS) ^ salt, good, bad);
    }
  };

  return {
    name: reader.name,
    count,
    visit(list, salt, good, bad) {
      const n = list.length;
      let i = 0;
      while (i < n) {
        const start = list[i] as number;
        let j = i + 1;
        while (j < n && (list[j] as number) - (list[j - 1] as number) <= GAP && (list[j] as number) - start < AT_ONCE)
          j++;
        const length = (list[j - 1] as number) - start + 1;
        try {
          reader.readInto(bytes.subarray(0, length * BLOCK), start * BLOCK);
        } catch {
          eachAlone(list, i, j, salt, good, bad);
          i = j;
          continue;
        }
        for (let k = i; k < j; k += 2) {
          const a = ((list[k] as number) - start) * WORDS;
          if (k + 1 === j) {
            hand(list[k] as number, a, crcOfWords(words, a + 1, a + WORDS) ^ salt, good, bad);
            break;
          }
          const b = ((list[k + 1] as number) - start) * WORDS;
          crcOfTwo(words, a + 1, b + 1, WORDS - 1, crc);
          const second = (crc[1] as number) ^ salt;
          hand(list[k] as number, a, (crc[0] as number) ^ salt, good, bad);
          hand(list[k + 1] as number, b, second, good, bad);
        }
        i = j;
      }
    },
  };
}
