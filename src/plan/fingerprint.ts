import { createHash } from 'node:crypto';
import type { Host, Ran } from '../host/host.ts';
import { allMatches } from './pattern.ts';
import type { Fingerprint, Rest } from './plan.ts';

/** One fact that is no longer what the plan rests on. */
export interface Moved {
  says: string;
  was: string;
  is: string;
}

/** What a fact's answer comes to: the matches, or the whole output; a failure is a value too. */
export function restValue(ran: Ran, { pattern, unordered }: Pick<Rest, 'pattern' | 'unordered'>): string {
  const value = answerOf(ran, pattern);
  return unordered ? value.split('\n').sort().join('\n') : value;
}

function answerOf(ran: Ran, pattern: string | undefined): string {
  if (ran.timedOut) return '(no answer in time)';
  if (ran.notFound) return '(program not found)';
  if (pattern === undefined) return ran.exitCode === 0 ? ran.stdout.trim() : `(exit ${ran.exitCode})`;
  return allMatches(ran.stdout, pattern).join('\n');
}

export function fingerprint(facts: Rest[]): Fingerprint {
  const hash = createHash('sha256');
  for (const fact of facts) hash.update(JSON.stringify([fact.run, fact.pattern ?? null, fact.value]));
  return { digest: hash.digest('hex'), facts };
}

/** Asks everything again. @returns what moved; empty: nothing did */
export async function drift(host: Host, print: Fingerprint): Promise<Moved[]> {
  const moved: Moved[] = [];
  for (const fact of print.facts) {
    const is = restValue(await host.run(fact.run, { timeoutMs: 30_000 }), fact);
    if (is !== fact.value) moved.push({ says: fact.says, was: fact.value, is });
  }
  return moved;
}
