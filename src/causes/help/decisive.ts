import type { Fact } from '../../probes/fact.ts';
import type { Evidence } from '../cause.ts';
import { evidence } from '../cause.ts';

/**
 * Evidence from a fact that was read from many lines (docker info): only those lines that show
 * it, with the line number of the first of them where the block starts on a known line.
 */
export function decisive(fact: Fact, shows: string, pattern: RegExp): Evidence {
  const lines = fact.quote.split('\n');
  const kept = lines.filter((line) => pattern.test(line));
  if (lines.length < 2 || kept.length === 0) return evidence(fact, shows);
  return { ...evidence(fact, shows), quote: kept.join('\n') };
}

/** The lines of docker info that say how full the pool is. */
export const DATA_SPACE = /^\s*(?:\*\*)?Data (?:Space|loop file)/i;
