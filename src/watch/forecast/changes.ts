import { type Point, spread } from './series.ts';

/** A level left at once: from the point with index `from` to the one with index `to`. */
export interface Jump {
  from: number;
  to: number;
  by: number;
}

/** What is this many times above the usual difference is no noise. */
const UNUSUAL = 8;
/** And at least this share of all that the figure ranged over. */
const SHARE = 0.04;
/** Changes this many points apart in the same direction are one: a pull or a prune takes a while. */
const MERGED = 3;

/**
 * Where a level was left: images pulled (down), logs rotated or a prune (up). A difference counts
 * when it stands out of the other differences and matters in the whole range.
 */
export function jumpsOf(points: readonly Point[]): Jump[] {
  const differences = points.slice(1).map((point, index) => point.value - (points[index]?.value ?? point.value));
  const values = points.map((point) => point.value);
  const range = Math.max(...values) - Math.min(...values);
  const usual = differences.length > 0 ? spread(differences) : 0;
  const drift = medianOf(differences);
  const limit = Math.max(UNUSUAL * usual, Math.abs(drift) * 4, SHARE * range);
  const jumps: Jump[] = [];
  if (range <= 0) return jumps;
  for (const [index, difference] of differences.entries()) {
    if (Math.abs(difference - drift) <= limit) continue;
    const last = jumps.at(-1);
    if (last && index - last.to < MERGED && Math.sign(last.by) === Math.sign(difference)) {
      last.to = index + 1;
      last.by = (points[last.to]?.value ?? 0) - (points[last.from]?.value ?? 0);
    } else jumps.push({ from: index, to: index + 1, by: difference });
  }
  return jumps;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
