import { median, type Point } from './series.ts';

/** A line through points: `value` at the time `at`, changing by `slope` a second. */
export interface Line {
  at: number;
  value: number;
  slope: number;
  /** the slope's interval of 95 % */
  low: number;
  high: number;
}

/** 97.5 % quantile of the normal distribution. */
const Z = 1.96;
/** Above it pairs are too many: 200 points are 19,900 slopes. */
const MOST_POINTS = 200;

/**
 * Theil-Sen: the median of the slopes of all pairs; up to 29 % of the points may be anything. The
 * interval comes from the ranks that Kendall's statistic gives (Sen 1968; Hollander and Wolfe,
 * Nonparametric Statistical Methods, 9.3). At fewer than 5 points there is no interval worth the name.
 */
export function theilSen(all: readonly Point[]): Line | undefined {
  const step = Math.ceil(all.length / MOST_POINTS);
  const points = step > 1 ? all.filter((_, index) => (all.length - 1 - index) % step === 0) : all;
  const n = points.length;
  const last = points.at(-1);
  if (n < 5 || !last) return undefined;
  const slopes: number[] = [];
  for (const [index, b] of points.entries())
    for (let before = 0; before < index; before++) {
      const a = points[before];
      if (a && b.at > a.at) slopes.push((b.value - a.value) / (b.at - a.at));
    }
  if (slopes.length === 0) return undefined;
  const sorted = Float64Array.from(slopes).sort();
  const slope = median(slopes);
  const margin = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round(index)))] ?? slope;
  return {
    at: last.at,
    value: median(points.map((point) => point.value + slope * (last.at - point.at))),
    slope,
    low: rank((slopes.length - margin) / 2),
    high: rank((slopes.length + margin) / 2),
  };
}
