import type { Damage } from '../format-error.ts';
import type { MetadataBlocks } from './blocks.ts';
import { BITMAP_ENTRIES, BLOCK, INDEX_ENTRIES, SALT, u64, VALUE } from './layout.ts';
import { keyAt, valuesAt } from './node.ts';
import type { SpaceMapRoot } from './superblock.ts';
import { type References, reference, walkTree } from './tree.ts';

/** A space map's counts: 0, 1 and 2 stand in bitmaps of two bits a block, higher ones in a tree. */
export interface SpaceMap {
  /** by block: 0-2; {@link IN_TREE}: the tree holds it; {@link UNREAD}: its bitmap cannot be read */
  bits: Uint8Array;
  /** blocks whose bits are not 0 */
  used: number;
  /** index entries whose count of free blocks is not that of their bitmap */
  wrongFree: { block: number; says: number; counted: number }[];
}

export const IN_TREE = 3;
export const UNREAD = 255;

/** Told of each count in the tree, after all bitmaps are read. */
export type HighCount = (map: SpaceMap, block: number, count: number) => void;

interface Index {
  /** which of the map's bitmaps */
  at: number;
  block: number;
  free: number;
}

/** The data space map. `blocks` of its root must have been found countable. */
export function readDataSpaceMap(
  blocks: MetadataBlocks,
  root: SpaceMapRoot,
  references: References,
  damage: Damage[],
  high: HighCount,
): SpaceMap {
  const index: Index[] = [];
  walkTree(
    {
      blocks,
      references,
      damage,
      valueSize: VALUE.bitmap,
      lost: (low, high) => spanOfBitmaps('data', low, Math.min(high, Math.ceil(root.blocks / BITMAP_ENTRIES))),
      leaf(words, at, count, first) {
        const values = valuesAt(words, at);
        for (let i = 0; i < count; i++) {
          const v = values + 4 * i;
          const block = u64(words, v);
          index.push({ at: keyAt(words, at, i), block, free: (words[v + 2] as number) >>> 0 });
          if (first && block < blocks.count) reference(references, block);
        }
      },
    },
    root.bitmapRoot,
  );
  return readMap('data', blocks, root, index, references, damage, high);
}

/** The metadata space map: its index is one block. */
export function readMetadataSpaceMap(
  blocks: MetadataBlocks,
  root: SpaceMapRoot,
  references: References,
  damage: Damage[],
  high: HighCount,
): SpaceMap {
  const index: Index[] = [];
  const wanted = Math.min(INDEX_ENTRIES, Math.ceil(root.blocks / BITMAP_ENTRIES));
  const lost = spanOfBitmaps('metadata', 0, wanted);
  const wrong = (what: string): void => {
    damage.push({ what, source: blocks.name, offset: root.bitmapRoot * BLOCK, lost });
  };
  if (!(root.bitmapRoot >= 1 && root.bitmapRoot < blocks.count))
    wrong('index of the metadata space map is beyond the metadata');
  else {
    reference(references, root.bitmapRoot);
    blocks.visit(
      [root.bitmapRoot],
      SALT.index,
      (words, at) => {
        for (let i = 0; i < wanted; i++) {
          const v = at + 4 + 4 * i;
          const block = u64(words, v);
          index.push({ at: i, block, free: (words[v + 2] as number) >>> 0 });
          if (block < blocks.count) reference(references, block);
        }
      },
      (_, what) => wrong(`${what} (index of the metadata space map)`),
    );
  }
  return readMap('metadata', blocks, root, index, references, damage, high);
}

function readMap(
  which: 'data' | 'metadata',
  blocks: MetadataBlocks,
  root: SpaceMapRoot,
  index: readonly Index[],
  references: References,
  damage: Damage[],
  high: HighCount,
): SpaceMap {
  const map: SpaceMap = { bits: new Uint8Array(root.blocks).fill(UNREAD), used: 0, wrongFree: [] };
  const byBlock = new Map<number, Index>();
  for (const entry of index) {
    const what =
      entry.at * BITMAP_ENTRIES >= root.blocks
        ? 'bitmap beyond the end of the space map'
        : !(entry.block >= 1 && entry.block < blocks.count)
          ? 'bitmap beyond the metadata'
          : byBlock.has(entry.block)
            ? 'two ways to one bitmap'
            : undefined;
    if (what)
      damage.push({
        what: `${what} (block ${entry.block})`,
        source: blocks.name,
        offset: 0,
        lost: spanOfBitmaps(which, entry.at, entry.at + 1),
      });
    else byBlock.set(entry.block, entry);
  }
  blocks.visit(
    Int32Array.from(byBlock.keys()).sort(),
    SALT.bitmap,
    (words, at, block) => {
      const entry = byBlock.get(block);
      if (!entry) return;
      const used = unpackBitmap(words, at, map.bits, entry.at * BITMAP_ENTRIES);
      map.used += used;
      const here = Math.min(BITMAP_ENTRIES, root.blocks - entry.at * BITMAP_ENTRIES);
      // the kernel counts a last bitmap's bits beyond the end as free, thin_restore does not
      if (entry.free !== here - used && entry.free !== BITMAP_ENTRIES - used)
        map.wrongFree.push({ block, says: entry.free, counted: here - used });
    },
    (block, what) => {
      const at = byBlock.get(block)?.at ?? 0;
      damage.push({
        what: `${what} (bitmap, block ${block})`,
        source: blocks.name,
        offset: block * BLOCK,
        lost: spanOfBitmaps(which, at, at + 1),
      });
    },
  );
  walkTree(
    {
      blocks,
      references,
      damage,
      valueSize: VALUE.count,
      lost: () => `counts above 2 of the ${which} space map`,
      leaf(words, at, count) {
        const values = valuesAt(words, at);
        for (let i = 0; i < count; i++) high(map, keyAt(words, at, i), (words[values + i] as number) >>> 0);
      },
    },
    root.countRoot,
  );
  return map;
}

/**
 * Two bits a block, the upper one first (persistent-data/dm-space-map-common.c). Answers how many
 * are not 0.
 */
function unpackBitmap(words: Int32Array, at: number, into: Uint8Array, from: number): number {
  const end = Math.min(into.length, from + BITMAP_ENTRIES);
  let used = 0;
  for (let b = from, w = at + 4; b < end; w++) {
    let word = words[w] as number;
    const stop = Math.min(end, b + 16);
    for (; b < stop; b++, word >>>= 2) {
      const raw = word & 3;
      const count = (raw >>> 1) | ((raw & 1) << 1);
      into[b] = count;
      if (count !== 0) used++;
    }
  }
  return used;
}

function spanOfBitmaps(which: string, low: number, high: number): string {
  return `counts of ${which} blocks ${low * BITMAP_ENTRIES}-${high * BITMAP_ENTRIES - 1}`;
}
