import type { MetadataBlocks } from './blocks.ts';
import { SALT, VALUE } from './layout.ts';
import { entries, isLeaf, nodeFault, pointerAt } from './node.ts';

/** No tree of MAX_METADATA_BLOCKS is higher: nodes are at least a third full of 252. */
export const HIGHEST = 10;

/**
 * Levels of each mapping tree above its leaves, by root. All leaves of a tree lie equally deep, so
 * one way down tells; where it is damaged the next child is tried. A root that leads to no leaf is
 * not in the answer.
 */
export function heightsOf(blocks: MetadataBlocks, roots: Iterable<number>): Map<number, number> {
  const heights = new Map<number, number>();
  let chased = new Map<number, number[]>(); // a block on the way, and the roots that lead there
  for (const root of roots) if (root >= 1 && root < blocks.count) chased.set(root, [root]);
  const strays: number[] = [];
  for (let depth = 0; chased.size > 0 && depth <= HIGHEST; depth++) {
    const next = new Map<number, number[]>();
    const here = chased;
    const stray = (block: number): void => {
      strays.push(...(here.get(block) ?? []));
    };
    blocks.visit(
      Int32Array.from(here.keys()).sort(),
      SALT.node,
      (words, at, block) => {
        if (nodeFault(words, at, VALUE.mapping)) return stray(block);
        const from = here.get(block) ?? [];
        if (isLeaf(words, at)) {
          for (const root of from) heights.set(root, depth);
          return;
        }
        const child = pointerAt(words, at, 0);
        if (!(child >= 1 && child < blocks.count)) return stray(block);
        const known = next.get(child);
        if (known) for (const root of from) known.push(root);
        else next.set(child, [...from]);
      },
      stray,
    );
    chased = next;
  }
  const memo = new Map<number, number>();
  for (const root of strays) {
    const height = anyWayDown(blocks, root, memo, HIGHEST);
    if (height >= 0) heights.set(root, height);
  }
  return heights;
}

/** Height by the first child that has one, or -1. Each block is looked into once. */
function anyWayDown(blocks: MetadataBlocks, block: number, memo: Map<number, number>, rest: number): number {
  const known = memo.get(block);
  if (known !== undefined) return known;
  memo.set(block, -1); // a circle leads nowhere
  let height = -1;
  const children: number[] = [];
  blocks.visit(
    [block],
    SALT.node,
    (words, at) => {
      if (nodeFault(words, at, VALUE.mapping)) return;
      if (isLeaf(words, at)) height = 0;
      else for (let i = 0; i < entries(words, at); i++) children.push(pointerAt(words, at, i));
    },
    () => {},
  );
  for (const child of rest > 0 ? children : []) {
    if (height >= 0) break;
    if (!(child >= 1 && child < blocks.count)) continue;
    const below = anyWayDown(blocks, child, memo, rest - 1);
    if (below >= 0) height = below + 1;
  }
  memo.set(block, height);
  return height;
}
