import { MANY } from '../owners.ts';
import type { LeafCounter } from './mappings.ts';
import { valuesAt } from './node.ts';

/**
 * References to data blocks, counted up to 254 in a byte; larger counts are in `more`. A byte a
 * block keeps the array in the processor's cache, where walks spend their time.
 */
export interface DataCounts {
  bytes: Uint8Array;
  more: Map<number, number>;
}

export function countOf(counts: DataCounts, block: number): number {
  const count = counts.bytes[block] as number;
  return count === 255 ? (counts.more.get(block) ?? 255) : count;
}

/** Told of leaves that map blocks beyond the data device. */
export type Beyond = (leaf: number, mappings: number) => void;

/*
 * A mapping is data block << 24 | time: the block is the upper word << 8 | the top byte of the
 * lower one, as long as the pool has fewer than 2^31 blocks, which is made sure of before.
 */

/** Gives each data block to whom reaches it. */
export function ownerCounter(owners: Int32Array, dataBlocks: number, beyond: Beyond): LeafCounter {
  const top = Math.floor(Math.max(0, dataBlocks - 1) / 256);
  return (words, at, count, tag, leaf) => {
    let bad = 0;
    const start = valuesAt(words, at);
    for (let p = start, end = start + 2 * count; p < end; p += 2) {
      const high = words[p + 1] as number;
      const block = (high << 8) | ((words[p] as number) >>> 24);
      if (high >>> 0 > top || block >= dataBlocks) bad++;
      else if (tag === MANY) owners[block] = MANY;
      else {
        const owner = owners[block] as number;
        if (owner !== tag) owners[block] = owner === 0 ? tag : MANY;
      }
    }
    if (bad > 0) beyond(leaf, bad);
    return count - bad;
  };
}

/** Counts how often each data block is referred to. */
export function referenceCounter(counts: DataCounts, dataBlocks: number, beyond: Beyond): LeafCounter {
  const top = Math.floor(Math.max(0, dataBlocks - 1) / 256);
  const { bytes, more } = counts;
  return (words, at, count, _, leaf) => {
    let bad = 0;
    const start = valuesAt(words, at);
    for (let p = start, end = start + 2 * count; p < end; p += 2) {
      const high = words[p + 1] as number;
      const block = (high << 8) | ((words[p] as number) >>> 24);
      if (high >>> 0 > top || block >= dataBlocks) bad++;
      else {
        const before = bytes[block] as number;
        if (before < 254) bytes[block] = before + 1;
        else {
          bytes[block] = 255;
          more.set(block, before === 255 ? (more.get(block) ?? 0) + 1 : 255);
        }
      }
    }
    if (bad > 0) beyond(leaf, bad);
    return count - bad;
  };
}

/** Both in one pass. */
export function bothCounter(a: LeafCounter, b: LeafCounter): LeafCounter {
  return (words, at, count, tag, block) => {
    a(words, at, count, tag, block);
    return b(words, at, count, tag, block);
  };
}
