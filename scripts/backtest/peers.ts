import type { Point } from '../../src/watch/forecast/series.ts';

/**
 * Prometheus' predict_linear(v[range], t): least squares over the range, as a time until 0 from the
 * last point (promql/functions.go linearRegression, behaviour: the intercept is the line's value at the
 * evaluation time). Undefined when it does not fall.
 */
export function predictLinear(points: readonly Point[], range: number): number | undefined {
  const now = points.at(-1);
  if (!now) return undefined;
  const part = points.filter((point) => point.at > now.at - range);
  if (part.length < 2) return undefined;
  let [x, y, xx, xy] = [0, 0, 0, 0];
  for (const point of part) {
    const t = point.at - now.at;
    x += t;
    y += point.value;
    xx += t * t;
    xy += t * point.value;
  }
  const n = part.length;
  const below = xx - (x * x) / n;
  if (below === 0) return undefined;
  const slope = (xy - (x * y) / n) / below;
  const value = y / n - (slope * x) / n;
  if (value <= 0) return 0;
  return slope < 0 ? value / -slope : undefined;
}

/** A straight line from the first point to the last. */
export function straightLine(points: readonly Point[]): number | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.value >= first.value) return undefined;
  return (last.value * (last.at - first.at)) / (first.value - last.value);
}
