import type { Fact } from '../../probes/fact.ts';
import type { Limit } from '../../probes/facts/limits.ts';
import type { Scene } from '../cause.ts';

/** A limit with what is used of it, put together from all that was seen of it. */
export interface KnownLimit {
  value: Limit;
  /** what shows it, the use first */
  facts: Fact[];
  /** who has most of it, one sentence */
  detail?: string;
}

/** What is known of some limits, the fullest first. */
export function knownLimits(scene: Scene, ...names: string[]): KnownLimit[] {
  const told = scene.facts.all('limit', (limit) => names.includes(limit.name));
  const known = told.map((fact): KnownLimit => {
    // where only a use was counted the kernel's default stands in; a value read elsewhere is better
    const read = told.findLast((other) => other.value.name === fact.value.name && other.value.assumed !== true);
    if (fact.value.assumed === true && read) {
      const { assumed: _, ...rest } = fact.value;
      return { value: { ...rest, value: read.value.value }, facts: [fact, read] };
    }
    if (fact.value.used === undefined) {
      const counted = scene.facts.last('ipc-used', (ipc) => ipc.name === fact.value.name);
      if (counted) return { value: { ...fact.value, used: counted.value.used }, facts: [counted, fact] };
    }
    return { value: fact.value, facts: [fact] };
  });
  return fullestFirst(known);
}

export function fullestFirst(limits: readonly KnownLimit[]): KnownLimit[] {
  return limits.toSorted((a, b) => fullness(b.value) - fullness(a.value));
}

/** used / value; -1 when what is used is not known. */
export function fullness(limit: Limit): number {
  if (limit.used === undefined) return -1;
  return limit.value === 0 ? 1 : limit.used / limit.value;
}

/** The first limit that is used up; a limit of 0 forbids and is told apart by its cause. */
export function reached(scene: Scene, ...names: string[]): KnownLimit | undefined {
  return firstReached(knownLimits(scene, ...names));
}

/** `needed`: so many are taken at once, and with fewer left the limit is reached. */
export function firstReached(limits: readonly KnownLimit[], needed = 1): KnownLimit | undefined {
  return limits.find(
    ({ value }) => value.value > needed && value.used !== undefined && value.used > value.value - needed,
  );
}

/** The first limit with less than a tenth left, and not used up. */
export function firstNearly(limits: readonly KnownLimit[]): KnownLimit | undefined {
  return limits.find(({ value }) => fullness(value) >= 0.9 && fullness(value) < 1);
}
