import type { Jump } from './changes.ts';
import type { Point } from './series.ts';
import { type Line, theilSen } from './theil-sen.ts';

/** The points with every jump taken out: what changes between them. The last point keeps its value. */
export function withoutJumps(points: readonly Point[], jumps: readonly Jump[]): Point[] {
  const total = jumps.reduce((sum, jump) => sum + jump.by, 0);
  let sum = 0;
  let next = 0;
  const level: Point[] = [];
  for (const [index, point] of points.entries()) {
    let jump = jumps[next];
    while (jump && index >= jump.to) {
      sum += jump.by;
      next++;
      jump = jumps[next];
    }
    // on the way of a jump: neither the level before nor the one behind it
    if (jump && index > jump.from) continue;
    level.push({ at: point.at, value: point.value + total - sum });
  }
  return level;
}

/** A share of the slope that each third must have: one quiet night does not end a fill, one burst is none. */
const EACH_THIRD = 0.3;

/**
 * The drift when it is one: the interval excludes 0, and each third of the time goes the same way.
 * Neighbouring figures depend on each other, so that the interval alone would believe any walk.
 */
export function steadyDrift(points: readonly Point[]): Line | undefined {
  const line = theilSen(points);
  if (!line || line.slope === 0 || Math.sign(line.low) !== Math.sign(line.high)) return undefined;
  const first = points[0];
  if (!first) return undefined;
  const span = line.at - first.at;
  for (let third = 0; third < 3; third++) {
    const from = first.at + (span * third) / 3;
    const part = points.filter((point) => point.at >= from && point.at <= from + span / 3);
    const slope = part.length >= 5 ? theilSen(part)?.slope : endToEnd(part);
    if (slope === undefined || slope / line.slope < EACH_THIRD) return undefined;
  }
  return line;
}

function endToEnd(points: readonly Point[]): number | undefined {
  const [first, last] = [points[0], points.at(-1)];
  return first && last && last.at > first.at ? (last.value - first.value) / (last.at - first.at) : undefined;
}
