import type { Host } from '../host/host.ts';
import { firstMatch } from './pattern.ts';
import type { Check } from './plan.ts';
import { fillCheck } from './values.ts';

export interface Checked {
  ok: boolean;
  check: Check;
  /** what was seen instead */
  saw: string;
}

/** Puts one check to the machine. */
export async function ask(host: Host, raw: Check, values: ReadonlyMap<string, string>): Promise<Checked> {
  const check = fillCheck(raw, values);
  const ran = await host.run(check.run, { timeoutMs: 60_000 });
  const fail = (saw: string): Checked => ({ ok: false, check, saw });
  if (ran.timedOut) return fail('no answer in 60 s');
  if (ran.notFound) return fail(`${check.run[0]} is not installed`);
  const exit = check.exit ?? 0;
  if (exit !== -1 && ran.exitCode !== exit)
    return fail(`exit ${ran.exitCode ?? 'by signal'}: ${short(ran.stderr || ran.stdout)}`);
  if (check.matches !== undefined && !new RegExp(check.matches, 'm').test(ran.stdout)) return fail(short(ran.stdout));
  if (check.lacks !== undefined) {
    const found = new RegExp(check.lacks, 'm').exec(ran.stdout);
    if (found) return fail(short(found[0]));
  }
  if (check.number) {
    const text = firstMatch(ran.stdout, check.number.pattern);
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    const { atLeast = -Infinity, atMost = Infinity } = check.number;
    if (!(value >= atLeast && value <= atMost)) return fail(text ?? short(ran.stdout));
  }
  return { ok: true, check, saw: '' };
}

/** The first check that does not hold; undefined when all do. */
export async function firstFailure(
  host: Host,
  checks: readonly Check[],
  values: ReadonlyMap<string, string>,
): Promise<Checked | undefined> {
  for (const check of checks) {
    const answer = await ask(host, check, values);
    if (!answer.ok) return answer;
  }
  return undefined;
}

/** Do all hold? No checks: no. */
export async function allHold(
  host: Host,
  checks: readonly Check[] | undefined,
  values: ReadonlyMap<string, string>,
): Promise<boolean> {
  return checks !== undefined && checks.length > 0 && (await firstFailure(host, checks, values)) === undefined;
}

function short(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 297)}…` : line || '(nothing)';
}
