import type { MetadataBlocks } from './blocks.ts';
import { type Growing, growingFloats, growingInts, push } from './growing.ts';
import { SALT, u64, VALUE } from './layout.ts';
import { entries, INTERNAL, keyAt, nodeFault, pointerAt, valuesAt } from './node.ts';

/** What a block is, by its checksum and its fields. */
export const KIND = { none: 0, internal: 1, mapping: 2, upper: 3, details: 4 } as const;

/**
 * Every node of a metadata device, found by looking at each block. Arrays are by block. Nodes that
 * the pool has long replaced are among them, as whole as they were until their room was used again.
 */
export interface Scan {
  kind: Uint8Array;
  /** entries of the node */
  entries: Uint16Array;
  first: Float64Array;
  last: Float64Array;
  /** latest time of a mapping in a leaf */
  time: Uint32Array;
  /** largest data block that a leaf maps */
  highest: Float64Array;
  /** children of `internal` and `upper` nodes begin here in the two below, as many as there are entries */
  starts: Int32Array;
  children: Growing<Int32Array>;
  keys: Growing<Float64Array>;
  /** superblocks found: block 0, or that of a metadata snapshot */
  superblocks: number[];
}

/** Reads the whole device. */
export function scanNodes(blocks: MetadataBlocks): Scan {
  const n = blocks.count;
  const scan: Scan = {
    kind: new Uint8Array(n),
    entries: new Uint16Array(n),
    first: new Float64Array(n),
    last: new Float64Array(n),
    time: new Uint32Array(n),
    highest: new Float64Array(n),
    starts: new Int32Array(n),
    children: growingInts(),
    keys: growingFloats(),
    superblocks: [],
  };
  const list = Int32Array.from({ length: Math.max(0, n - 1) }, (_, i) => i + 1);
  const others: number[] = [];
  blocks.visit(
    list,
    SALT.node,
    (words, at, block) => note(scan, blocks, words, at, block),
    (block) => others.push(block),
  );
  blocks.visit(
    [0, ...others],
    SALT.superblock,
    (_, __, block) => scan.superblocks.push(block),
    () => {},
  );
  settle(scan);
  return scan;
}

/** Device ids have 24 bits. */
const LARGEST_ID = 2 ** 24 - 1;

/**
 * A leaf whose only mapping is of data block 0 looks like one of the upper level: its value is the
 * time alone. It is of mappings where its key is no device id, where it points to no node, where
 * the other leaves below its parent are, or where a leaf that is of the upper level for certain points to it.
 */
function settle(scan: Scan): void {
  const toMappings = (block: number): void => {
    scan.kind[block] = KIND.mapping;
    scan.time[block] = scan.children.items[scan.starts[block] as number] as number;
  };
  for (let block = 0; block < scan.kind.length; block++) {
    if (scan.kind[block] !== KIND.upper || scan.entries[block] !== 1) continue;
    const to = scan.kind[scan.children.items[scan.starts[block] as number] as number];
    const points = to === KIND.internal || to === KIND.mapping || to === KIND.upper;
    if (!points || (scan.first[block] as number) > LARGEST_ID) toMappings(block);
  }
  for (let block = 0; block < scan.kind.length; block++) {
    if (scan.kind[block] !== KIND.internal) continue;
    const from = scan.starts[block] as number;
    const children = scan.children.items.subarray(from, from + (scan.entries[block] as number));
    if (!children.some((child) => scan.kind[child] === KIND.mapping)) continue;
    for (const child of children) if (scan.kind[child] === KIND.upper) toMappings(child);
  }
  for (let block = 0; block < scan.kind.length; block++) {
    const count = scan.entries[block] as number;
    if (scan.kind[block] !== KIND.upper || count < 2) continue;
    const from = scan.starts[block] as number;
    for (const child of scan.children.items.subarray(from, from + count))
      if (scan.kind[child] === KIND.upper && scan.entries[child] === 1) toMappings(child);
  }
}

function note(scan: Scan, blocks: MetadataBlocks, words: Int32Array, at: number, block: number): void {
  const kind = kindOf(words, at, blocks.count);
  if (kind === KIND.none) return;
  const count = entries(words, at);
  scan.kind[block] = kind;
  scan.entries[block] = count;
  if (count > 0) {
    scan.first[block] = keyAt(words, at, 0);
    scan.last[block] = keyAt(words, at, count - 1);
  }
  if (kind === KIND.mapping) noteMappings(scan, words, at, count, block);
  if (kind === KIND.mapping || kind === KIND.details) return;
  scan.starts[block] = scan.children.length;
  for (let i = 0; i < count; i++) {
    push(scan.children, pointerAt(words, at, i));
    push(scan.keys, keyAt(words, at, i));
  }
}

function kindOf(words: Int32Array, at: number, blocks: number): number {
  if (words[at + 1] === INTERNAL) {
    if (nodeFault(words, at, VALUE.pointer)) return KIND.none;
    return allPoint(words, at, blocks) ? KIND.internal : KIND.none;
  }
  if (words[at + 6] === VALUE.details) return nodeFault(words, at, VALUE.details) ? KIND.none : KIND.details;
  if (words[at + 6] !== VALUE.mapping || nodeFault(words, at, VALUE.mapping)) return KIND.none;
  // mappings of data block 0 at time 0 apart, a mapping is no block number: its block stands above bit 24
  return entries(words, at) > 0 && allPoint(words, at, blocks) ? KIND.upper : KIND.mapping;
}

function allPoint(words: Int32Array, at: number, blocks: number): boolean {
  for (let i = 0, n = entries(words, at); i < n; i++) {
    const to = pointerAt(words, at, i);
    if (to < 1 || to >= blocks) return false;
  }
  return true;
}

function noteMappings(scan: Scan, words: Int32Array, at: number, count: number, block: number): void {
  let time = 0;
  let highest = 0;
  for (let i = 0, v = valuesAt(words, at); i < count; i++, v += 2) {
    const low = words[v] as number;
    time = Math.max(time, low & 0xffffff);
    highest = Math.max(highest, Math.floor(u64(words, v) / 2 ** 24));
  }
  scan.time[block] = time;
  scan.highest[block] = highest;
}
