import { type BlockReader, checkRange } from '../block-reader.ts';
import type { LoggedBlock } from './journal.ts';

/**
 * A source with blocks of its journal seen in their places.
 * @param position byte of a journal block in `reader`
 */
export function overlayReader(
  reader: BlockReader,
  blockSize: number,
  logged: ReadonlyMap<number, LoggedBlock>,
  position: (journalBlock: number) => number,
): BlockReader {
  const blocks = Float64Array.from(logged.keys()).sort();
  const lowerBound = (block: number): number => {
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((blocks[middle] as number) < block) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const copy = new Uint8Array(blockSize);
  return {
    name: reader.name,
    size: reader.size,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      reader.readInto(into, offset);
      const end = offset + into.length;
      for (let i = lowerBound(Math.floor(offset / blockSize)); i < blocks.length; i++) {
        const block = blocks[i] as number;
        const start = block * blockSize;
        if (start >= end) return;
        const found = logged.get(block);
        if (!found) continue;
        reader.readInto(copy, position(found.journalBlock));
        // JBD2_MAGIC_NUMBER
        if (found.escaped) copy.set([0xc0, 0x3b, 0x39, 0x98]);
        const from = Math.max(start, offset);
        const to = Math.min(start + blockSize, end);
        into.set(copy.subarray(from - start, to - start), from - offset);
      }
    },
    ...(reader.holeAt
      ? {
          holeAt: (offset: number) => {
            const block = blocks[lowerBound(Math.floor(offset / blockSize))];
            const hole = reader.holeAt?.(offset) ?? 0;
            return block === undefined ? hole : Math.max(0, Math.min(hole, block * blockSize - offset));
          },
        }
      : {}),
  };
}
