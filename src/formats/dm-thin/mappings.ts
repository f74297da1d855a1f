import { merged } from '../owners.ts';
import type { MetadataBlocks } from './blocks.ts';
import { type Growing, growingFloats, growingInts, push } from './growing.ts';
import { HIGHEST, heightsOf } from './heights.ts';
import { SALT, VALUE } from './layout.ts';
import { entries, INTERNAL, keyAt, LEAF, nodeFault, pointerAt } from './node.ts';
import { type References, reference } from './tree.ts';

/**
 * Counts a leaf's mappings, given who reaches it (a tag of owners.ts); answers how many of them
 * are good.
 */
export type LeafCounter = (words: Int32Array, at: number, count: number, tag: number, block: number) => number;

/** What is known of the mapping trees' nodes. Arrays are by metadata block. */
export interface Mappings {
  blocks: MetadataBlocks;
  references: References;
  /** who reaches the node */
  tags: Int32Array;
  /** levels above the leaves, plus one; 0 where no tree has led */
  levels: Int8Array;
  /** good mappings below */
  totals: Float64Array;
  /** first and last key of the node itself */
  first: Float64Array;
  last: Float64Array;
  /** why a node cannot be used */
  faults: Map<number, string>;
  /** internal nodes from the top down; the children of `nodes[i]` begin at `starts[i]` of the two below */
  nodes: Growing<Int32Array>;
  starts: Growing<Int32Array>;
  children: Growing<Int32Array>;
  keys: Growing<Float64Array>;
}

export function noMappings(blocks: MetadataBlocks, references: References): Mappings {
  return {
    blocks,
    references,
    tags: new Int32Array(blocks.count),
    levels: new Int8Array(blocks.count),
    totals: new Float64Array(blocks.count),
    first: new Float64Array(blocks.count),
    last: new Float64Array(blocks.count),
    faults: new Map(),
    nodes: growingInts(),
    starts: growingInts(),
    children: growingInts(),
    keys: growingFloats(),
  };
}

/**
 * Reads every node that the roots reach, each once, all of one height in one ascending wave: a
 * node's tag is complete before it is read, for whatever points to it lies higher. Circles cannot
 * be followed, for children lie one level lower. Nodes of an earlier walk are not read again.
 * @param roots root of each tree; the tag of `roots[i]` is `i + 1`
 */
export function walkMappings(mappings: Mappings, roots: readonly (number | undefined)[], leaf: LeafCounter): void {
  const { blocks, tags, levels, totals, first, last, faults, nodes, starts, children, keys, references } = mappings;
  const heights = heightsOf(
    blocks,
    roots.filter((root) => root !== undefined),
  );
  const waves: number[][] = Array.from({ length: HIGHEST + 1 }, () => []);
  for (const [i, root] of roots.entries()) {
    const height = root === undefined ? undefined : heights.get(root);
    if (root === undefined) continue;
    if (height === undefined) {
      if (!faults.has(root))
        faults.set(root, root >= 1 && root < blocks.count ? 'leads to no leaf' : 'pointer beyond the metadata');
      continue;
    }
    if (!reach(root, height, i + 1)) fault(root, 'a node on two levels');
  }
  for (let height = waves.length - 1; height >= 0; height--) {
    const wave = Int32Array.from(waves[height] ?? []).sort();
    waves[height] = [];
    blocks.visit(
      wave,
      SALT.node,
      height === 0 ? visitLeaf : (words, at, block) => visitInternal(words, at, block, height),
      fault,
    );
  }

  /** false where the node is known on another level */
  function reach(block: number, height: number, tag: number): boolean {
    const known = levels[block];
    if (known === 0) {
      levels[block] = height + 1;
      tags[block] = tag;
      waves[height]?.push(block);
    } else if (known === height + 1) tags[block] = merged(tags[block] as number, tag);
    else return false;
    return true;
  }

  function fault(block: number, what: string): void {
    if (!faults.has(block)) faults.set(block, what);
  }

  function visitLeaf(words: Int32Array, at: number, block: number): void {
    const wrong =
      words[at + 1] === INTERNAL ? 'internal node where a leaf should be' : nodeFault(words, at, VALUE.mapping);
    if (wrong) {
      fault(block, wrong);
      return;
    }
    const count = entries(words, at);
    totals[block] = leaf(words, at, count, tags[block] as number, block);
    first[block] = count === 0 ? 0 : keyAt(words, at, 0);
    last[block] = count === 0 ? 0 : keyAt(words, at, count - 1);
  }

  function visitInternal(words: Int32Array, at: number, block: number, height: number): void {
    const wrong =
      words[at + 1] === LEAF ? 'leaf where an internal node should be' : nodeFault(words, at, VALUE.pointer);
    if (wrong) {
      fault(block, wrong);
      return;
    }
    const count = entries(words, at);
    const tag = tags[block] as number;
    first[block] = keyAt(words, at, 0);
    push(nodes, block);
    push(starts, children.length);
    for (let i = 0; i < count; i++) {
      const child = pointerAt(words, at, i);
      const inside = child >= 1 && child < blocks.count;
      if (inside) reference(references, child);
      push(children, inside && reach(child, height - 1, tag) ? child : 0);
      push(keys, keyAt(words, at, i));
    }
  }
}

/** The children of the i-th internal node: `[from, to)` of `children` and `keys`. */
export function childrenOf(mappings: Mappings, i: number): [from: number, to: number] {
  const { starts, children } = mappings;
  return [starts.items[i] as number, i + 1 < starts.length ? (starts.items[i + 1] as number) : children.length];
}

/**
 * Totals of internal nodes and their last keys, from the leaves up; answers, by block, whether
 * anything below is lost (1) or not (0). A child whose keys are not where its parent says is lost to
 * that parent: see {@link edgeFault}.
 */
export function sumUp(mappings: Mappings): Uint8Array {
  const { nodes, children, totals, last, faults, blocks } = mappings;
  const flawed = new Uint8Array(blocks.count);
  for (const block of faults.keys()) if (block >= 0 && block < blocks.count) flawed[block] = 1;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const block = nodes.items[i] as number;
    const [from, to] = childrenOf(mappings, i);
    let sum = 0;
    for (let k = from; k < to; k++) {
      const child = children.items[k] as number;
      if (child === 0 || flawed[child] === 1) flawed[block] = 1;
      if (edgeFault(mappings, k, to) === undefined) sum += totals[child] as number;
      else flawed[block] = 1;
    }
    totals[block] = sum;
    last[block] = last[children.items[to - 1] as number] as number;
  }
  return flawed;
}

/** Why the k-th child of a node whose children end at `to` is lost to it, or undefined. */
export function edgeFault(mappings: Mappings, k: number, to: number): string | undefined {
  const { children, keys, first, last, totals, faults } = mappings;
  const child = children.items[k] as number;
  if (child === 0) return 'pointer beyond the metadata, or to a node of another level';
  const why = faults.size > 0 ? faults.get(child) : undefined;
  if (why) return why;
  if (totals[child] === 0) return undefined;
  const low = keys.items[k] as number;
  if ((first[child] as number) < low || (k + 1 < to && (last[child] as number) >= (keys.items[k + 1] as number)))
    return `keys ${first[child]}-${last[child]} are not where its parent says`;
  return undefined;
}
