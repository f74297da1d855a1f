import type { Damage } from '../format-error.ts';
import type { MetadataBlocks } from './blocks.ts';
import { BLOCK, SALT } from './layout.ts';
import { entries, isLeaf, keyAt, nodeFault, pointerAt } from './node.ts';

/**
 * References to metadata blocks, counted as the kernel counts them: one from each distinct block
 * that points there. A node shared by two trees is looked into once.
 */
export interface References {
  /** by block */
  counts: Uint32Array;
  /** by block: 1 where its own pointers have been counted */
  counted: Uint8Array;
}

export function noReferences(blocks: MetadataBlocks): References {
  return { counts: new Uint32Array(blocks.count), counted: new Uint8Array(blocks.count) };
}

/** A node of a tree, and the keys that it is to hold: from `low` to below `high`. */
interface Place {
  block: number;
  low: number;
  high: number;
}

export interface TreeWalk {
  blocks: MetadataBlocks;
  /** bytes of a value in the leaves */
  valueSize: number;
  references: References;
  damage: Damage[];
  /** what is lost with the keys `low` up to and without `high`: `devices 5-9` */
  lost(low: number, high: number): string;
  /** one leaf whose keys are in their range; `first` where its own pointers are not counted yet */
  leaf(words: Int32Array, at: number, count: number, first: boolean): void;
}

/**
 * Walks a tree whose nodes belong to it alone (device details, upper mapping level, space maps),
 * level by level, each block once, so that a circle ends. What cannot be read is damage, and the
 * walk goes on.
 */
export function walkTree(walk: TreeWalk, root: number): void {
  const { blocks, damage, references } = walk;
  const seen = new Set<number>();
  const wrong = ({ block, low, high }: Place, what: string): void => {
    damage.push({
      what: `${what} (block ${block})`,
      source: blocks.name,
      offset: block * BLOCK,
      lost: walk.lost(low, high),
    });
  };
  let wave: Place[] = [];
  const add = (to: Place[], place: Place): void => {
    if (!(place.block >= 1 && place.block < blocks.count)) wrong(place, 'pointer beyond the metadata');
    else if (seen.has(place.block)) wrong(place, 'two ways to one node');
    else {
      seen.add(place.block);
      to.push(place);
    }
  };
  if (root >= 1 && root < blocks.count) reference(references, root);
  add(wave, { block: root, low: 0, high: Number.POSITIVE_INFINITY });
  while (wave.length > 0) {
    wave.sort((a, b) => a.block - b.block);
    const places = wave;
    const next: Place[] = [];
    let i = 0;
    blocks.visit(
      places.map((place) => place.block),
      SALT.node,
      (words, at, block) => {
        const place = places[i++] as Place;
        const count = entries(words, at);
        const fault = nodeFault(words, at, walk.valueSize) ?? outOfRange(words, at, count, place);
        if (fault) return wrong(place, fault);
        const first = references.counted[block] === 0;
        references.counted[block] = 1;
        if (isLeaf(words, at)) return walk.leaf(words, at, count, first);
        for (let k = 0; k < count; k++) {
          const child = pointerAt(words, at, k);
          if (first && child < blocks.count) reference(references, child);
          const high = k + 1 < count ? keyAt(words, at, k + 1) : place.high;
          add(next, { block: child, low: Math.max(place.low, keyAt(words, at, k)), high });
        }
      },
      (_, what) => wrong(places[i++] as Place, what),
    );
    wave = next;
  }
}

export function reference(references: References, block: number): void {
  references.counts[block] = (references.counts[block] as number) + 1;
}

/** A child's first key may be above its parent's entry, never below. */
function outOfRange(words: Int32Array, at: number, count: number, place: Place): string | undefined {
  if (count === 0) return undefined;
  const first = keyAt(words, at, 0);
  const last = keyAt(words, at, count - 1);
  if (first >= place.low && last < place.high) return undefined;
  return `keys ${first}-${last} where its parent says ${place.low} up to ${place.high}`;
}
