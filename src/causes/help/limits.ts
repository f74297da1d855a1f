import type { Fact } from '../../probes/fact.ts';
import type { Limit } from '../../probes/facts/limits.ts';
import type { Scene } from '../cause.ts';

/** Facts about one kernel limit, the fullest first. */
export function limitFacts(scene: Scene, ...names: string[]): Fact<'limit'>[] {
  return scene.facts
    .all('limit', (limit) => names.includes(limit.name))
    .sort((a, b) => fullness(b.value) - fullness(a.value));
}

/** used / value; -1 when what is used is not known. */
export function fullness(limit: Limit): number {
  if (limit.used === undefined) return -1;
  return limit.value === 0 ? 1 : limit.used / limit.value;
}

/** The first limit that is used up; `value` 0 counts only where nothing is allowed at all. */
export function reached(scene: Scene, ...names: string[]): Fact<'limit'> | undefined {
  return limitFacts(scene, ...names).find(({ value }) => value.value > 0 && fullness(value) >= 1);
}

/** The first limit with less than a tenth left, and not used up. */
export function nearly(scene: Scene, ...names: string[]): Fact<'limit'> | undefined {
  return limitFacts(scene, ...names).find(({ value }) => fullness(value) >= 0.9 && fullness(value) < 1);
}

export function scopeOf(limit: Limit | undefined, otherwise: string): string {
  return limit?.scope ?? otherwise;
}
