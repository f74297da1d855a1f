import type { Point } from './series.ts';

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
  const slopes = slopesOf(points);
  if (slopes.length === 0) return undefined;
  const slope = medianOf(slopes);
  const margin = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const rank = (index: number) => select(slopes, Math.min(slopes.length - 1, Math.max(0, Math.round(index))));
  return {
    at: last.at,
    value: medianOf(Float64Array.from(points, (point) => point.value + slope * (last.at - point.at))),
    slope,
    low: rank((slopes.length - margin) / 2),
    high: rank((slopes.length + margin) / 2),
  };
}

/** Of each pair of points at different times. In typed arrays: a forecast has a hundred thousand of them. */
function slopesOf(points: readonly Point[]): Float64Array {
  const at = Float64Array.from(points, (point) => point.at);
  const value = Float64Array.from(points, (point) => point.value);
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (let index = 1; index < at.length; index++)
    for (let before = 0; before < index; before++) {
      const seconds = (at[index] ?? 0) - (at[before] ?? 0);
      if (seconds > 0) slopes[count++] = ((value[index] ?? 0) - (value[before] ?? 0)) / seconds;
    }
  return slopes.subarray(0, count);
}

function medianOf(values: Float64Array): number {
  const middle = values.length >> 1;
  const high = select(values, middle);
  return values.length % 2 === 1 ? high : (high + select(values, middle - 1)) / 2;
}

/**
 * The value that would stand at `rank` were they sorted; moves them about. Hoare's selection (CACM 4, 1961): three ranks are
 * wanted, and sorting costs ten times as much.
 */
function select(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left++;
      while ((values[right] ?? 0) > pivot) right--;
      if (left > right) break;
      const swapped = values[left] ?? 0;
      values[left++] = values[right] ?? 0;
      values[right--] = swapped;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] ?? 0;
}
