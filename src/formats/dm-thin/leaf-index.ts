import type { MetadataBlocks } from './blocks.ts';
import { heightsOf } from './heights.ts';
import { SALT, VALUE, WORDS } from './layout.ts';
import { entries, INTERNAL, keyAt, LEAF, nodeFault, pointerAt, valuesAt } from './node.ts';

/** A leaf of one device, or what stands in its place where the way to it is lost. */
export interface LeafPlace {
  block: number;
  /** virtual blocks that it is for: from `low` to below `high` (Infinity: to the device's end) */
  low: number;
  high: number;
  /** why it cannot be read */
  lost?: string;
}

/** The leaves of one device's mapping tree in the order of their keys; they themselves are not read. */
export function leafPlaces(blocks: MetadataBlocks, root: number): LeafPlace[] {
  const found: LeafPlace[] = [];
  const height = heightsOf(blocks, [root]).get(root);
  const whole = { block: root, low: 0, high: Number.POSITIVE_INFINITY };
  if (height === undefined) {
    const outside = !(root >= 1 && root < blocks.count);
    return [{ ...whole, lost: outside ? 'pointer beyond the metadata' : why(blocks, root) }];
  }
  let wave: LeafPlace[] = [whole];
  for (let above = height; above > 0; above--) {
    wave.sort((a, b) => a.block - b.block);
    const here = wave;
    const next: LeafPlace[] = [];
    let i = 0;
    blocks.visit(
      here.map((place) => place.block),
      SALT.node,
      (words, at) => {
        const place = here[i++] as LeafPlace;
        const fault =
          (words[at + 1] === LEAF ? 'leaf where an internal node should be' : undefined) ??
          nodeFault(words, at, VALUE.mapping);
        if (fault) found.push({ ...place, lost: fault });
        else spread(words, at, place, blocks.count, next, found);
      },
      (_, what) => found.push({ ...(here[i++] as LeafPlace), lost: what }),
    );
    wave = next;
  }
  return [...found, ...wave].sort((a, b) => a.low - b.low);
}

/** Children of a node within what the node is for; a child of nothing, or outside, is left out or lost. */
function spread(
  words: Int32Array,
  at: number,
  place: LeafPlace,
  count: number,
  next: LeafPlace[],
  lost: LeafPlace[],
): void {
  const n = entries(words, at);
  for (let k = 0; k < n; k++) {
    const block = pointerAt(words, at, k);
    const low = Math.max(place.low, keyAt(words, at, k));
    const high = Math.min(place.high, k + 1 < n ? keyAt(words, at, k + 1) : place.high);
    if (low >= high) continue;
    if (block >= 1 && block < count) next.push({ block, low, high });
    else lost.push({ block: place.block, low, high, lost: 'pointer beyond the metadata' });
  }
}

function why(blocks: MetadataBlocks, block: number): string {
  let what = 'leads to no leaf';
  blocks.visit(
    [block],
    SALT.node,
    (words, at) => {
      what = nodeFault(words, at, VALUE.mapping) ?? what;
    },
    (_, bad) => {
      what = bad;
    },
  );
  return what;
}

/** Why a block is no leaf of mappings for `place`, or undefined. */
export function leafFault(words: Int32Array, at: number, place: LeafPlace): string | undefined {
  const fault =
    (words[at + 1] === INTERNAL ? 'internal node where a leaf should be' : undefined) ??
    nodeFault(words, at, VALUE.mapping);
  if (fault) return fault;
  const n = entries(words, at);
  if (n > 0 && (keyAt(words, at, 0) < place.low || keyAt(words, at, n - 1) >= place.high))
    return `keys ${keyAt(words, at, 0)}-${keyAt(words, at, n - 1)} are not where its parent says`;
  return undefined;
}

/** Data block of the value at a word, exact below 2^40; time in its low 24 bits. */
export function dataBlockAt(words: Int32Array, v: number): number {
  return ((words[v + 1] as number) >>> 0) * 256 + ((words[v] as number) >>> 24);
}

const BATCH = 256;

/**
 * Reads leaves in the order of `places`, many at once; `leaf` gets each whole one, `lost` each
 * place that is not.
 */
export function* readLeaves(
  blocks: MetadataBlocks,
  places: readonly LeafPlace[],
): Generator<
  | { place: LeafPlace; words: Int32Array; at: number; count: number; values: number }
  | { place: LeafPlace; lost: string }
> {
  const copies = new Int32Array(Math.min(BATCH, places.length) * WORDS);
  for (let from = 0; from < places.length; from += BATCH) {
    const batch = places.slice(from, from + BATCH);
    const order = batch.map((_, i) => i).filter((i) => batch[i]?.lost === undefined);
    order.sort((a, b) => (batch[a]?.block ?? 0) - (batch[b]?.block ?? 0));
    const faults = new Map<number, string>();
    let i = 0;
    blocks.visit(
      order.map((slot) => batch[slot]?.block ?? 0),
      SALT.node,
      (words, at) => copies.set(words.subarray(at, at + WORDS), (order[i++] as number) * WORDS),
      (_, what) => faults.set(order[i++] as number, what),
    );
    for (const [slot, place] of batch.entries()) {
      const at = slot * WORDS;
      const lost = place.lost ?? faults.get(slot) ?? leafFault(copies, at, place);
      if (lost !== undefined) yield { place, lost };
      else yield { place, words: copies, at, count: entries(copies, at), values: valuesAt(copies, at) };
    }
  }
}
