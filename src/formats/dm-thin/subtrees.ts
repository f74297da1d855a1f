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
  /** its leaves of the upper level have one entry each: beside leaves of mappings they are of mappings too (scan.ts, settle) */
  unsure: boolean;
}

const BROKEN: Subtree = { height: -1, total: 0, last: 0, time: 0, highest: 0, leaves: KIND.none, unsure: false };

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
  const leaf = (block: number, leaves: number): Subtree => {
    const unsure = leaves === KIND.upper && scan.entries[block] === 1;
    // as a mapping of data block 0 its value is the time alone
    const time = unsure ? scan.children.items[scan.starts[block] as number] : scan.time[block];
    return {
      height: 0,
      total: scan.entries[block] as number,
      last: scan.last[block] as number,
      time: time as number,
      highest: scan.highest[block] as number,
      leaves,
      unsure,
    };
  };
  const inner = (block: number, depth: number): Subtree => {
    const from = scan.starts[block] as number;
    const to = from + (scan.entries[block] as number);
    const sum: Subtree = { ...BROKEN };
    for (let k = from; k < to; k++) {
      const child = scan.children.items[k] as number;
      const below = of(child, depth + 1);
      const leaves = k === from ? below.leaves : common(sum, below);
      const fits = leaves !== undefined && (k === from || below.height + 1 === sum.height);
      const low = scan.keys.items[k] as number;
      const inside =
        below.total === 0 ||
        ((scan.first[child] as number) >= low && (k + 1 >= to || below.last < (scan.keys.items[k + 1] as number)));
      if (below.height < 0 || !fits || !inside) return BROKEN;
      sum.height = below.height + 1;
      sum.leaves = leaves;
      sum.unsure = (k === from || sum.unsure) && below.unsure;
      sum.total += below.total;
      sum.last = below.last;
      sum.time = Math.max(sum.time, below.time);
      sum.highest = Math.max(sum.highest, below.highest);
    }
    return sum;
  };
  return (block) => of(block, 0);
}

/** What the leaves of both are; undefined: they are of different trees. */
function common(a: Subtree, b: Subtree): number | undefined {
  if (a.leaves === b.leaves) return a.leaves;
  const mappings = (one: Subtree): boolean => one.leaves === KIND.mapping;
  return (mappings(a) && b.unsure) || (mappings(b) && a.unsure) ? KIND.mapping : undefined;
}
