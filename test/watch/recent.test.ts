import { expect, test } from 'vitest';
import { history } from '../../scripts/backtest/histories.ts';
import { forecast } from '../../src/watch/forecast/forecast.ts';
import type { Point } from '../../src/watch/forecast/series.ts';
import type { Look } from '../../src/watch/look.ts';
import { memoryOver } from '../../src/watch/outlook.ts';
import { recentOf } from '../../src/watch/recent.ts';

const START = 1_800_000_000;
const falling = (count: number, every: number, by: number): Point[] =>
  Array.from({ length: count }, (_, index) => ({ at: START + index * every, value: 1e12 - index * by }));

test('a week at a point each two seconds is kept in a few thousand, and the lowest are among them', () => {
  const points = falling(9 * 43_200, 2, 1000);
  const deep = points[200_000] as Point;
  deep.value = 7;
  const kept = recentOf(points).points();
  expect(kept.length).toBeLessThan(5000);
  expect(kept.some((one) => one.value === 7 && one.at === deep.at)).toBe(true);
  expect(kept.at(-1)).toEqual(points.at(-1));
  const span = (kept.at(-1)?.at ?? 0) - (kept[0]?.at ?? 0);
  expect(span).toBeGreaterThan(7 * 86400 - 600);
  expect(kept.every((one, index) => index === 0 || one.at > (kept[index - 1]?.at ?? 0))).toBe(true);
});

test('what is kept foresees what all of it does', () => {
  for (const kind of ['linear fill', 'log rotation and fill', 'pulls and prunes', 'noise around a level']) {
    const points = history(kind, 3).points.slice(0, 4000);
    const [all, kept] = [forecast(points.slice(-10080)), forecast(recentOf(points).points())];
    expect(kept === undefined, kind).toBe(all === undefined);
    // windows begin elsewhere: of a saw another low point may be the one that counts
    const may = kind === 'linear fill' ? 0.01 : 0.3;
    if (all && kept) expect(Math.abs(kept.seconds / all.seconds - 1), kind).toBeLessThan(may);
  }
});

test('one time is one point, and a clock that was set back is not added to', () => {
  const recent = recentOf(falling(3, 60, 1));
  expect(recent.add(START + 120, 5)).toBe(true);
  expect(recent.points().map((one) => one.value)).toEqual([1e12, 1e12 - 1, 5]);
  expect(recent.add(START, 5)).toBe(false);
  expect(recent.lastAt()).toBe(START + 120);
});

test('a forecast counts down while nothing changes, and is made anew when something does', () => {
  let reads = 0;
  const points = falling(600, 60, 6e8);
  const memory = memoryOver({
    write: () => undefined,
    read: () => {
      reads++;
      return points.map(({ at, value }) => ({ at, low: value, high: value, value }));
    },
    names: () => [],
    prune: () => {},
    close: () => {},
  });
  const name = 'headroom\t/';
  const last = points.at(-1) as Point;
  const add = (at: number, value: number) =>
    memory.add({ at, headroom: [{ consumer: '/', bytes: value }], layers: [] } as unknown as Look, false);
  const first = memory.foresee(name, last.value, last.at);
  expect(first?.seconds).toBeGreaterThan(15 * 3600);
  add(last.at + 60, last.value - 6e8);
  expect(memory.foresee(name, last.value - 6e8, last.at + 60)?.seconds).toBe((first?.seconds ?? 0) - 60);
  const half = last.value / 2;
  add(last.at + 120, half);
  expect(memory.foresee(name, half, last.at + 120)?.seconds).toBeLessThan((first?.seconds ?? 0) * 0.7);
  // the history is read once: what comes after is kept beside it
  expect(reads).toBe(2);
});
