/** One figure at one time. `at` is seconds since 1970. */
export interface Point {
  at: number;
  value: number;
}

/** Median; NaN of nothing. Sorts a copy. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2;
}

/** Median absolute deviation, scaled so that it equals the standard deviation of normal noise. */
export function spread(values: readonly number[]): number {
  const centre = median(values);
  return 1.4826 * median(values.map((value) => Math.abs(value - centre)));
}

/**
 * At most `count` points of equal width, each the lowest of its window (the low envelope: what was
 * left when least was left). The last point always stays: it is where things stand.
 */
export function lowEnvelope(points: readonly Point[], count: number): Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length <= count) return [...points];
  const width = (last.at - first.at) / (count - 1);
  const lowest: Point[] = [];
  let window = -1;
  for (const point of points.slice(0, -1)) {
    const index = Math.floor((point.at - first.at) / width);
    const best = lowest.at(-1);
    if (index !== window || !best) {
      window = index;
      lowest.push(point);
    } else if (point.value < best.value) lowest[lowest.length - 1] = point;
  }
  lowest.push(last);
  return lowest;
}
