import type { Point } from '../../src/watch/forecast/series.ts';

/** A generated history: what is left, a point a minute, until it is gone or the time is over. */
export interface History {
  points: Point[];
  /** `at` of the first point with nothing left; absent: it never came to that */
  gone?: number;
}

const GIB = 2 ** 30;
/** Days of each history. */
const DAYS = 10;
const CAPACITY = 100 * GIB;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What happens in a minute: the change of what is left. */
type Minute = (minute: number, left: number) => number;

type Make = (dice: () => number) => { start: number; noise: number; minute: Minute };

const between = (dice: () => number, low: number, high: number) => low + (high - low) * dice();

/** The classes of histories, by name. */
export const CLASSES: Record<string, Make> = {
  'linear fill': (dice) => {
    const start = between(dice, 20, 60) * GIB;
    const days = between(dice, 2, 9);
    return { start, noise: 0.02 * GIB, minute: () => -start / (days * 1440) };
  },
  'fill in bursts': (dice) => {
    // written in bursts of random length: 1 to 40 min, one third of the time
    const start = between(dice, 20, 60) * GIB;
    const rate = start / (between(dice, 3, 9) * 1440);
    let left = 0;
    let on = false;
    return {
      start,
      noise: 0.01 * GIB,
      minute: () => {
        if (left-- <= 0) {
          on = !on;
          left = on ? between(dice, 1, 40) : between(dice, 2, 80);
        }
        return on ? -3 * rate : 0;
      },
    };
  },
  'image pulls': (dice) => {
    // steps only: 3 to 8 pulls a day of 0.5 to 3 GiB, over 1 to 6 min each
    const start = between(dice, 40, 80) * GIB;
    const perDay = between(dice, 3, 8);
    let pull = 0;
    let minutes = 0;
    return {
      start,
      noise: 0.005 * GIB,
      minute: () => {
        if (minutes <= 0 && dice() < perDay / 1440) {
          minutes = Math.ceil(between(dice, 1, 6));
          pull = (between(dice, 0.5, 3) * GIB) / minutes;
        }
        return minutes-- > 0 ? -pull : 0;
      },
    };
  },
  'pulls and prunes': (dice) => {
    // deployments through the day; a nightly prune takes all of it back
    const start = between(dice, 25, 60) * GIB;
    const perDay = between(dice, 4, 10);
    const hour = Math.floor(between(dice, 0, 24));
    let pull = 0;
    let minutes = 0;
    return {
      start,
      noise: 0.01 * GIB,
      minute: (minute, left) => {
        if (minute % 1440 === hour * 60) return (start - left) * between(dice, 0.9, 1);
        if (minutes <= 0 && dice() < perDay / 1440) {
          minutes = Math.ceil(between(dice, 1, 8));
          pull = (between(dice, 0.3, 1.8) * GIB) / minutes;
        }
        return minutes-- > 0 ? -pull : 0;
      },
    };
  },
  'log rotation': (dice) => {
    // a saw: logs grow for 2 to 12 h, then are rotated away
    const start = between(dice, 20, 50) * GIB;
    const period = Math.round(between(dice, 120, 720));
    const tooth = start * between(dice, 0.15, 0.6);
    return {
      start,
      noise: 0.01 * GIB,
      minute: (minute) => (minute % period === period - 1 ? tooth : -tooth / (period - 1)),
    };
  },
  'log rotation and fill': (dice) => {
    // the same saw, and underneath something is never given back
    const start = between(dice, 40, 70) * GIB;
    const period = Math.round(between(dice, 120, 720));
    const tooth = start * between(dice, 0.08, 0.25);
    const drift = start / (between(dice, 4, 9) * 1440);
    return {
      start,
      noise: 0.01 * GIB,
      minute: (minute) => (minute % period === period - 1 ? tooth : -tooth / (period - 1)) - drift,
    };
  },
  'runaway after quiet': (dice) => {
    // nothing for days, then full within 2 to 12 hours
    const start = between(dice, 20, 60) * GIB;
    const begins = Math.round(between(dice, 2, 6) * 1440);
    const minutes = between(dice, 120, 720);
    return { start, noise: 0.01 * GIB, minute: (minute) => (minute < begins ? 0 : -start / minutes) };
  },
  'noise around a level': (dice) => {
    // temporary files come and go: pulled back to the level, never full
    const start = between(dice, 10, 30) * GIB;
    const strength = between(dice, 0.01, 0.1);
    return {
      start,
      noise: 0.02 * GIB,
      minute: (_, left) => (start - left) * strength + (dice() + dice() + dice() - 1.5) * 0.03 * start,
    };
  },
  idle: (dice) => ({ start: between(dice, 1, 30) * GIB, noise: 4096, minute: () => 0 }),
};

/** A history of that class; the seed makes it. */
export function history(kind: string, seed: number): History {
  const dice = random(seed * 7919 + [...kind].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const make = CLASSES[kind];
  if (!make) throw new RangeError(`no class of histories: ${kind}`);
  const { start, noise, minute } = make(dice);
  const points: Point[] = [];
  let left = start;
  for (let index = 0; index < DAYS * 1440; index++) {
    left = Math.min(CAPACITY, left + minute(index, left));
    const at = index * 60;
    if (left <= 0) return { points, gone: at };
    points.push({ at, value: Math.max(0, Math.floor(left + (dice() - 0.5) * 2 * noise)) });
  }
  return { points };
}
