import { KIND, type Scan } from './scan.ts';

/** Everything below a node of a scan, were it a root. */
export interface Subtree {
  /** levels above the leaves; -1: not whole */
  height: number;
  /** mappings, or devices where its leaves are of the upper level */
  total: number;
  last: number;
  time: number;
  highest: number;
  /** what its leaves are: KIND.mapping, KIND.upper or KIND.details */
  leaves: number;
}

const BROKEN: Subtree = { height: -1, total: 0, last: 0, time: 0, highest: 0, leaves: KIND.none };

/** Subtrees of a scan, each looked into once. Circles and children of different kinds or heights are not whole. */
export function subtrees(scan: Scan): (block: number) => Subtree {
  const known = new Map<number, Subtree>();
  const of = (block: number, depth: number): Subtree => {
    const memo = known.get(block);
    if (memo) return memo;
    const kind = scan.kind[block] ?? KIND.none;
    if (kind === KIND.none || depth > 12) return BROKEN;
    known.set(block, BROKEN); // a circle leads here again
    const found = kind === KIND.internal ? inner(block, depth) : leaf(block, kind);
    known.set(block, found);
    return found;
  };
  const leaf = (block: number, leaves: number): Subtree => ({
    height: 0,
    total: scan.entries[block] as number,
    last: scan.last[block] as number,
    time: scan.time[block] as number,
    highest: scan.highest[block] as number,
    leaves,
  });
  const inner = (block: number, depth: number): Subtree => {
    const from = scan.starts[block] as number;
    const to = from + (scan.entries[block] as number);
    const sum: Subtree = { ...BROKEN };
    for (let k = from; k < to; k++) {
      const child = scan.children.items[k] as number;
      const below = of(child, depth + 1);
      const fits = k === from || (below.leaves === sum.leaves && below.height + 1 === sum.height);
      const low = scan.keys.items[k] as number;
      const inside =
        below.total === 0 ||
        ((scan.first[child] as number) >= low && (k + 1 >= to || below.last < (scan.keys.items[k + 1] as number)));
      if (below.height < 0 || !fits || !inside) return BROKEN;
      sum.height = below.height + 1;
      sum.leaves = below.leaves;
      sum.total += below.total;
      sum.last = below.last;
      sum.time = Math.max(sum.time, below.time);
      sum.highest = Math.max(sum.highest, below.highest);
    }
    return sum;
  };
  return (block) => of(block, 0);
}
