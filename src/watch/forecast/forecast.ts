import { type Jump, jumpsOf } from './changes.ts';
import { steadyDrift, withoutJumps } from './drift.ts';
import { lowEnvelope, type Point } from './series.ts';
import { outgrown, type Saw, sawOf, troughLine } from './teeth.ts';

/** When what is left will be gone. Seconds from the last point on. */
export interface Forecast {
  seconds: number;
  /** the interval of 95 %: at the soonest, at the latest (absent: perhaps never) */
  soonest: number;
  latest?: number;
  /** units a second, negative */
  rate: number;
  /** of how many seconds it was read */
  seen: number;
  /** what it rests on: a steady fill, repeated steps, or the low points of a saw */
  by: 'drift' | 'steps' | 'troughs';
}

/** Seconds that are looked back on, longest first. */
export const HORIZONS = [7 * 86400, 3 * 86400, 86400, 6 * 3600, 2 * 3600, 1800, 600] as const;
/** Points of each horizon. */
const POINTS = 150;
/** Fewer tell nothing. */
const FEWEST = 8;
/** Seconds under which nothing is read out of figures, however many. */
const SHORTEST = 40;
/** It is not said further ahead than this many times what was seen. */
const REACH = 4;

/**
 * The time until `value` (what is left) reaches 0, or undefined: nothing goes steadily down, or it
 * cannot be told. Points are in order of time. Long times are looked at first, because only they show
 * whether somebody gives back; a shorter one has the word when it is faster and is no tooth of a saw.
 */
export function forecast(points: readonly Point[]): Forecast | undefined {
  const now = points.at(-1);
  if (!now) return undefined;
  if (now.value <= 0) return { seconds: 0, soonest: 0, latest: 0, rate: 0, seen: 0, by: 'drift' };
  let best: Forecast | undefined;
  let saw: Saw | undefined;
  let before = 0;
  let all = points;
  for (const horizon of HORIZONS) {
    all = all.filter((point) => point.at >= now.at - horizon);
    const first = all[0];
    if (!first || all.length < FEWEST) break;
    // a horizon that is not filled sees the same as a shorter one
    const seen = now.at - first.at;
    if (seen < SHORTEST || seen === before) continue;
    // what does not change in this time does not in a shorter one
    if (all.every((point) => point.value === now.value)) break;
    before = seen;
    const look = lookAt(lowEnvelope(all, POINTS), now);
    saw ??= look.saw && !outgrown(look.saw, now) ? look.saw : undefined;
    const found = look.found && look.found.seconds <= REACH * look.found.seen ? look.found : undefined;
    if (best && look.stopped && best.by === 'drift') best = undefined;
    if (!found || (saw && look.saw !== saw && isTooth(saw, now))) continue;
    if (!best || (found.by === 'drift' && found.latest !== undefined && found.latest < best.soonest)) best = found;
  }
  return best;
}

/** What comes down now came down as far before, and came back. */
function isTooth(saw: Saw, now: Point): boolean {
  const left = saw.depth * 1.2 - (saw.lastRecovery.value - now.value);
  return now.value > left;
}

interface Look {
  found?: Forecast;
  saw?: Saw;
  /** it does not go down in this time, for sure */
  stopped?: boolean;
}

function lookAt(points: readonly Point[], now: Point): Look {
  const jumps = jumpsOf(points);
  const saw = sawOf(points, jumps);
  if (saw && !outgrown(saw, now)) {
    const line = troughLine(saw);
    const span = now.at - (points[0]?.at ?? now.at);
    if (!line || line.slope >= 0) return { saw };
    const value = Math.min(now.value, line.value + line.slope * (now.at - line.at));
    return { saw, found: make(Math.max(0, value), line.slope, line.low, line.high, span, 'troughs') };
  }
  return sinceRecovery(points, jumps, now);
}

function sinceRecovery(points: readonly Point[], jumps: readonly Jump[], now: Point): Look {
  const recovery = jumps.findLast((jump) => jump.by > 0);
  const start = recovery?.to ?? 0;
  const part = points.slice(start);
  const first = part[0];
  if (!first || part.length < FEWEST) return {};
  const steps = jumps
    .filter((jump) => jump.by < 0 && jump.from >= start)
    .map((jump) => ({ from: jump.from - start, to: jump.to - start, by: jump.by }));
  const seen = now.at - first.at;
  const line = steadyDrift(withoutJumps(part, steps));
  const stopped = line !== undefined && line.slope > 0 && steps.length === 0;
  const byStep = stepRate(steps, seen);
  if (!line && !byStep) return {};
  const slope = (line?.slope ?? 0) + (byStep?.slope ?? 0);
  if (slope >= 0) return { stopped };
  const low = (line?.low ?? 0) + (byStep?.low ?? 0);
  const high = (line?.high ?? 0) + (byStep?.high ?? 0);
  if (stalled(part, now, slope, byStep ? 3 * (seen / steps.length) : 0)) return { stopped };
  return { found: make(now.value, slope, low, high, seen, byStep ? 'steps' : 'drift') };
}

/** A share of what was to be lost of late: under it whatever filled has stopped. */
const GOES_ON = 0.2;

/**
 * It went down, and does no more: over the last sixth of the time, or half of what would be left of it,
 * hardly anything was lost. `least` seconds are looked back on: steps come apart.
 */
function stalled(points: readonly Point[], now: Point, slope: number, least: number): boolean {
  const seen = now.at - (points[0]?.at ?? now.at);
  const back = Math.max(least, Math.min(seen / 6, now.value / -slope / 2));
  const index = points.findLastIndex((point) => point.at <= now.at - back);
  const then = points[index];
  if (!then || points.length - index < 4) return false;
  return then.value - now.value < GOES_ON * -slope * (now.at - then.at);
}

/** Steps that come again and again are a rate; fewer than four are events. */
function stepRate(steps: readonly Jump[], seen: number): { slope: number; low: number; high: number } | undefined {
  if (steps.length < 4) return undefined;
  const slope = steps.reduce((sum, step) => sum + step.by, 0) / seen;
  // counts of what comes at random spread by their root (Poisson)
  const margin = 2 / Math.sqrt(steps.length);
  return { slope, low: slope * (1 + margin), high: slope * Math.max(0, 1 - margin) };
}

function make(value: number, slope: number, low: number, high: number, seen: number, by: Forecast['by']): Forecast {
  const latest = high < 0 ? value / -high : undefined;
  return {
    seconds: value / -slope,
    soonest: value / -Math.min(low, slope),
    ...(latest === undefined ? {} : { latest }),
    rate: slope,
    seen,
    by,
  };
}
