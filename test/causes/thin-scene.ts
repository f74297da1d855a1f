import type { Fact } from '../../src/probes/fact.ts';

export { best, df, enospc, fact, GIB, host, MIB, mentions, text } from './scene.ts';

/** Gives facts the order of a story: the first one happened first. */
export function inOrder(...facts: Fact[]): Fact[] {
  return facts.map((fact, order) => ({ ...fact, order }));
}
