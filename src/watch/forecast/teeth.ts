import type { Jump } from './changes.ts';
import { median, type Point } from './series.ts';
import type { Line } from './theil-sen.ts';
import { theilSen } from './theil-sen.ts';

/** A saw: it falls, something gives back (a rotation, a prune), it falls again. */
export interface Saw {
  /** what was left right before each recovery */
  troughs: Point[];
  /** seconds between recoveries, the longest */
  cycle: number;
  /** how deep a tooth went at most */
  depth: number;
  lastRecovery: Point;
}

/** A recovery gives back at least this share of what was lost since the one before: else it is a detail. */
const GIVES_BACK = 0.3;

/** Undefined with fewer than two recoveries: one is an event, not a habit. */
export function sawOf(points: readonly Point[], jumps: readonly Jump[]): Saw | undefined {
  const troughs: Point[] = [];
  const ends: Point[] = [];
  let depth = 0;
  let top = points[0]?.value ?? 0;
  for (const jump of jumps) {
    const before = points[jump.from];
    const after = points[jump.to];
    if (!before || !after || jump.by <= 0) continue;
    if (jump.by < GIVES_BACK * (top - before.value)) continue;
    depth = Math.max(depth, top - before.value, jump.by);
    troughs.push(before);
    ends.push(after);
    top = after.value;
  }
  const lastRecovery = ends.at(-1);
  const first = points[0];
  if (ends.length < 2 || !lastRecovery || !first) return undefined;
  const cycle = Math.max(...ends.slice(1).map((end, index) => end.at - (ends[index]?.at ?? end.at)));
  return { troughs, cycle, depth, lastRecovery };
}

/** How the troughs go: a line that excludes 0, or none. Under five of them, all pairs must agree. */
export function troughLine(saw: Saw): Line | undefined {
  const { troughs } = saw;
  const last = troughs.at(-1);
  if (!last || troughs.length < 3) return undefined;
  if (troughs.length >= 5) {
    const line = theilSen(troughs);
    return line && Math.sign(line.low) === Math.sign(line.high) ? line : undefined;
  }
  const slopes = troughs.flatMap((b, index) => troughs.slice(0, index).map((a) => (b.value - a.value) / (b.at - a.at)));
  const [low, high] = [Math.min(...slopes), Math.max(...slopes)];
  if (Math.sign(low) !== Math.sign(high) || low / high > 4) return undefined;
  return { at: last.at, value: last.value, slope: median(slopes), low, high };
}

/** The tooth at work is longer and deeper than any before: whatever gave back has stopped. */
export function outgrown(saw: Saw, now: Point): boolean {
  const late = now.at - saw.lastRecovery.at > 1.5 * saw.cycle;
  return late || saw.lastRecovery.value - now.value > 1.5 * saw.depth;
}
