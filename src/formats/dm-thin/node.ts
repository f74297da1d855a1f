import { BLOCK, u64 } from './layout.ts';

/** Words of a node's header (struct node_header): checksum, flags, number ×2, entries, room, value size, padding. */
export const HEADER = 8;
export const INTERNAL = 1;
export const LEAF = 2;

export const isLeaf = (words: Int32Array, at: number): boolean => words[at + 1] === LEAF;
export const entries = (words: Int32Array, at: number): number => words[at + 4] as number;
/** Word at which the values begin: after room for all keys. */
export const valuesAt = (words: Int32Array, at: number): number => at + HEADER + 2 * (words[at + 5] as number);
export const keyAt = (words: Int32Array, at: number, i: number): number => u64(words, at + HEADER + 2 * i);
/** The i-th child of an internal node, or the i-th root in a leaf of the upper mapping tree. */
export const pointerAt = (words: Int32Array, at: number, i: number): number => u64(words, valuesAt(words, at) + 2 * i);

/**
 * What is wrong with a node whose checksum is right, or undefined. `valueSize` is that of the
 * tree's leaves; internal nodes hold pointers of 8 bytes.
 */
export function nodeFault(words: Int32Array, at: number, valueSize: number): string | undefined {
  const flags = words[at + 1] as number;
  if (flags !== INTERNAL && flags !== LEAF)
    return `node flags are 0x${(flags >>> 0).toString(16)}, neither internal nor leaf`;
  const size = words[at + 6] as number;
  const wanted = flags === LEAF ? valueSize : 8;
  if (size !== wanted) return `values of ${size >>> 0} bytes where this tree has ${wanted}`;
  const count = words[at + 4] as number;
  const room = words[at + 5] as number;
  if (room < 1 || room * (8 + size) + HEADER * 4 > BLOCK) return `room for ${room >>> 0} entries does not fit a block`;
  if (count < 0 || count > room) return `${count >>> 0} entries where there is room for ${room}`;
  if (flags === INTERNAL && count === 0) return 'internal node without entries';
  return ascending(words, at, count) ? undefined : 'keys do not rise';
}

/** Keys rise strictly, and none is beyond 2^53. */
function ascending(words: Int32Array, at: number, count: number): boolean {
  let high = -1;
  let low = 0;
  for (let p = at + HEADER, end = p + 2 * count; p < end; p += 2) {
    const l = (words[p] as number) >>> 0;
    const h = words[p + 1] as number;
    if (h === high ? l <= low : h < high) return false;
    high = h;
    low = l;
  }
  // negative words are keys beyond 2^63
  return high < 0x200000 && (count === 0 || (words[at + HEADER + 1] as number) >= 0);
}
