import { describe, expect, test } from 'vitest';
import { history } from '../../scripts/backtest/histories.ts';
import { predictLinear } from '../../scripts/backtest/peers.ts';
import { forecast } from '../../src/watch/forecast/forecast.ts';
import type { Point } from '../../src/watch/forecast/series.ts';

const GIB = 2 ** 30;
const minutes = (count: number, left: (minute: number) => number): Point[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * 60, value: Math.max(0, Math.floor(left(index))) }));
/** Noise that is the same in every run, from -1 to 1. */
const noise = (index: number) => Math.sin(index * 12.9898) * Math.cos(index * 78.233);

describe('forecast', () => {
  test('a steady fill is told within 2 %, and the truth lies within the interval', () => {
    const found = forecast(minutes(600, (m) => 10 * GIB - m * 10 * 2 ** 20 + noise(m) * 2 ** 20));
    const truth = (10 * GIB) / ((10 * 2 ** 20) / 60) - 599 * 60;
    expect(Math.abs((found?.seconds ?? 0) / truth - 1)).toBeLessThan(0.02);
    expect(found?.by).toBe('drift');
    expect(found?.soonest).toBeLessThanOrEqual(found?.seconds ?? 0);
    expect(found?.latest).toBeGreaterThanOrEqual(found?.seconds ?? 0);
  });

  test('nothing is said of what is idle, noisy, new, or grows', () => {
    expect(forecast([])).toBeUndefined();
    expect(forecast(minutes(5, (m) => 100 - m))).toBeUndefined();
    expect(forecast(minutes(3000, () => 5 * GIB))).toBeUndefined();
    expect(forecast(minutes(3000, (m) => 5 * GIB + noise(m) * GIB))).toBeUndefined();
    expect(forecast(minutes(3000, (m) => 5 * GIB + m * 2 ** 20))).toBeUndefined();
  });

  test('one image pull is no fill, where a straight line sees the end', () => {
    const points = minutes(200, (m) => (m < 170 ? 5 * GIB : 3 * GIB));
    expect(forecast(points)).toBeUndefined();
    expect(predictLinear(points, 3600)).toBeLessThan(4 * 3600);
  });

  test('logs that are rotated away are no fill, up to the tooth itself', () => {
    const points = minutes(2880, (m) => 10 * GIB - (m % 360) * 20 * 2 ** 20);
    for (const end of [1500, 1700, 1790, 2100, 2879]) expect(forecast(points.slice(0, end))).toBeUndefined();
  });

  test('a saw that sinks is told by its low points', () => {
    const points = minutes(4320, (m) => 20 * GIB - (m % 240) * 8 * 2 ** 20 - m * 3 * 2 ** 20);
    const found = forecast(points);
    expect(found?.by).toBe('troughs');
    const first = points.findIndex((one) => one.value === 0);
    expect(first).toBe(-1);
    // low points: 20 GiB - 239 * 8 MiB - m * 3 MiB = 0 at m = 6188
    expect(Math.abs((found?.seconds ?? 0) / ((6188 - 4319) * 60) - 1)).toBeLessThan(0.15);
  });

  test('a tooth that outgrows all others is told', () => {
    const points = minutes(3000, (m) => 10 * GIB - (m < 2400 ? m % 240 : m - 2400) * 10 * 2 ** 20);
    expect(forecast(points.slice(0, 2300))).toBeUndefined();
    const found = forecast(points);
    expect(Math.abs((found?.seconds ?? 0) / ((1024 - 600) * 60) - 1)).toBeLessThan(0.05);
  });

  test('what is gone is gone', () => {
    expect(forecast(minutes(100, (m) => (50 - m) * GIB))?.seconds).toBe(0);
  });

  test('generated histories are the same in every run', () => {
    expect(history('image pulls', 3).points.slice(0, 500)).toEqual(history('image pulls', 3).points.slice(0, 500));
  });
});
