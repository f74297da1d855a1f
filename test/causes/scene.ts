import type { Cause, Draft, Scene } from '../../src/causes/cause.ts';
import { type Fact, type FactKind, Facts } from '../../src/probes/fact.ts';
import type { MentionTerm } from '../../src/probes/facts/text.ts';
import type { FactMap } from '../../src/probes/facts.ts';

/** A fact made by hand, as a probe would have found it. */
export function fact<K extends FactKind>(kind: K, value: FactMap[K], quote = JSON.stringify(value)): Fact {
  return { kind, value, source: { label: 'made by hand', line: 1 }, quote, order: 0 } as Fact;
}

export function sceneOf(from: Scene['from'], ...facts: Fact[]): Scene {
  return { facts: new Facts(facts), stack: { layers: [] }, headroom: [], from };
}

export const host = (...facts: Fact[]): Scene => sceneOf('host', ...facts);
export const text = (...facts: Fact[]): Scene => sceneOf('text', ...facts);

export const KIB = 1024;
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;

/** A df row; sizes in bytes. */
export function df(mountpoint: string, size: number, available: number, more: Partial<FactMap['df']> = {}): Fact {
  return fact('df', {
    filesystem: '/dev/sda1',
    type: 'ext4',
    size,
    used: size - available,
    available,
    mountpoint,
    ...more,
  });
}

export function inodes(
  mountpoint: string,
  total: number,
  free: number,
  more: Partial<FactMap['df-inodes']> = {},
): Fact {
  return fact('df-inodes', {
    filesystem: '/dev/sda1',
    type: 'ext4',
    inodes: total,
    used: total - free,
    free,
    mountpoint,
    ...more,
  });
}

export function enospc(
  path?: string,
  operation?: string,
  message = `${operation ?? 'write'} ${path ?? 'something'}: no space left on device`,
): Fact {
  return fact('symptom', {
    errno: 'ENOSPC',
    message,
    ...(path === undefined ? {} : { path }),
    ...(operation === undefined ? {} : { operation }),
  });
}

export function mentions(...terms: MentionTerm[]): Fact[] {
  return terms.map((term) => fact('mention', { term }));
}

export function usage(what: FactMap['engine-usage']['what'], size: number, reclaimable: number): Fact {
  return fact('engine-usage', { engine: 'docker', what, size, reclaimable });
}

/** The best draft of a cause, by confidence, then score. */
export function best(cause: Cause, scene: Scene): Draft | undefined {
  const order = { confirmed: 3, likely: 2, possible: 1 };
  return cause
    .find(scene)
    .map((draft) => ({ severity: cause.severity, ...draft }))
    .toSorted((a, b) => order[b.confidence] - order[a.confidence] || (b.score ?? 50) - (a.score ?? 50))[0];
}
