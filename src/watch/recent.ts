import { HORIZONS } from './forecast/forecast.ts';
import type { Point } from './forecast/series.ts';

/** A week of one series, as fine as forecasts look at it: some 30 KB, where objects would be 100. */
export interface Recent {
  /** @returns false where time went backwards: then it is to be read from the history anew */
  add(at: number, value: number): boolean;
  /** in order of time */
  points(): Point[];
  /** seconds since 1970 of the last one; 0 of none */
  lastAt(): number;
}

/**
 * Beyond this age, in seconds, only the lowest of each `width` seconds is kept: less than the windows of the shortest
 * horizon that looks so far back (a horizon has 150 of them).
 */
const KEPT = [
  { age: 6 * 3600, width: 300 },
  { age: 2 * 3600, width: 60 },
  { age: 600, width: 12 },
] as const;
const FIRST_ROOM = 512;

/** `points` in order of time. */
export function recentOf(points: Iterable<Point>): Recent {
  let at = new Uint32Array(FIRST_ROOM);
  let value = new Float64Array(FIRST_ROOM);
  let length = 0;

  const thin = (now: number): void => {
    let kept = 0;
    let bucket = -1;
    for (let index = 0; index < length; index++) {
      const [when = 0, what = 0] = [at[index], value[index]];
      if (when < now - HORIZONS[0]) continue;
      const width = KEPT.find(({ age }) => now - when > age)?.width;
      const mine = width === undefined ? -1 : Math.floor(when / width) * width;
      if (mine !== -1 && mine === bucket && kept > 0) {
        if (what < (value[kept - 1] ?? 0)) {
          at[kept - 1] = when;
          value[kept - 1] = what;
        }
        continue;
      }
      bucket = mine;
      at[kept] = when;
      value[kept++] = what;
    }
    length = kept;
  };

  const put = (when: number, what: number): void => {
    if (length === at.length) {
      thin(when);
      // room for as much again is made only where thinning did not make any
      if (length > at.length * 0.75) {
        const [times, values] = [new Uint32Array(at.length * 2), new Float64Array(at.length * 2)];
        times.set(at);
        values.set(value);
        [at, value] = [times, values];
      }
    }
    at[length] = when;
    value[length++] = what;
  };

  for (const point of points) put(point.at, point.value);
  return {
    add(when, what) {
      const last = length === 0 ? 0 : (at[length - 1] ?? 0);
      if (when < last) return false;
      if (when === last) length--;
      put(when, what);
      return true;
    },
    points: () => Array.from({ length }, (_, index) => ({ at: at[index] ?? 0, value: value[index] ?? 0 })),
    lastAt: () => (length === 0 ? 0 : (at[length - 1] ?? 0)),
  };
}
