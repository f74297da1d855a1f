import type { Argv, Check, Plan, Step } from './plan.ts';
import { placesIn } from './values.ts';

/** Thirty days, in seconds: no program is waited for longer, and a timer cannot hold much more (2^31 ms, setTimeout). */
const LONGEST = 30 * 24 * 3600;

/**
 * What is not sound in a plan, as sentences; empty when it is. A plan may come from a file that
 * somebody wrote: everything that apply relies on is looked at here.
 */
export function validatePlan(plan: Plan): string[] {
  const wrong: string[] = [];
  if (!/^[a-z0-9][a-z0-9-]{2,40}$/.test(plan.id)) wrong.push('the id is not short lower case text');
  if (plan.steps.length === 0) wrong.push('it has no steps');
  const known = new Set<string>();
  const ids = new Set<string>();
  for (const step of plan.steps) {
    if (ids.has(step.id)) wrong.push(`two steps are called ${step.id}`);
    ids.add(step.id);
    // what a step takes may stand in its own after checks and undo, never in what it runs
    const early = placesIn({ ...step, after: [], undo: [], always: [], cancel: [], undoIf: [] });
    for (const name of early)
      if (!known.has(name)) wrong.push(`step ${step.id} uses {{${name}}}, which no earlier step takes`);
    for (const take of step.takes ?? []) known.add(take.name);
    for (const name of placesIn(step))
      if (!known.has(name)) wrong.push(`step ${step.id} uses {{${name}}}, which nothing takes`);
    wrong.push(...stepFaults(step));
    if (step.until !== undefined && step.after.length === 0)
      wrong.push(`step ${step.id} must last until ${step.until}, and has no check that tells whether it does`);
  }
  for (const { says, run, pattern } of plan.fingerprint.facts) {
    wrong.push(...commandFaults(`the fact "${says}"`, [run]));
    if (pattern !== undefined && !compiles(pattern)) wrong.push(`the fact "${says}" has a broken pattern: ${pattern}`);
  }
  return wrong;
}

function commandFaults(who: string, commands: readonly Argv[]): string[] {
  const wrong: string[] = [];
  if (commands.some((argv) => argv.length === 0 || argv[0] === '')) wrong.push(`${who} has an empty command`);
  if (commands.flat().some((word) => word.includes('\0'))) wrong.push(`${who} has a NUL byte`);
  return wrong;
}

function stepFaults(step: Step): string[] {
  const wrong: string[] = [];
  const checks: Check[] = [
    ...step.before,
    ...step.after,
    ...(step.skipIf ?? []),
    ...(step.busy ?? []),
    ...(step.undoIf ?? []),
  ];
  const commands = [...step.run, ...(step.always ?? []), ...(step.undo ?? []), ...(step.cancel ?? [])];
  const asked = [...checks, ...(step.takes ?? []), ...(step.progress ? [step.progress] : [])];
  wrong.push(...commandFaults(`step ${step.id}`, [...commands, ...asked.map(({ run }) => run)]));
  if (!step.idempotent && step.run.length > 1)
    wrong.push(`step ${step.id} is not idempotent and has more than one command`);
  if (!step.idempotent && step.after.length === 0)
    wrong.push(`step ${step.id} is not idempotent and has no check that tells whether it is done`);
  for (const write of step.writes ?? [])
    if (!write.path.startsWith('/') || /\/\.{0,2}$|\/\.\.\//.test(write.path))
      wrong.push(`step ${step.id} writes to ${write.path}, which is no path of a file`);
  if ((step.writes ?? []).some(({ path, content }) => `${path}${content}`.includes('\0')))
    wrong.push(`step ${step.id} writes a NUL byte`);
  for (const { mode } of step.writes ?? [])
    if (!/^[0-7]{3,4}$/.test(mode)) wrong.push(`step ${step.id} writes with mode ${mode}, which is not octal`);
  if ((step.timeout ?? 1) <= 0 || (step.settle ?? 0) < 0) wrong.push(`step ${step.id} has no time to run in`);
  if (Math.max(step.timeout ?? 0, step.settle ?? 0) > LONGEST)
    wrong.push(`step ${step.id} is given more than ${LONGEST} s`);
  if ((step.progress?.every ?? 1) <= 0) wrong.push(`step ${step.id} is asked how far it is without a pause`);
  for (const pattern of [
    step.ifFailed?.matches,
    step.progress?.pattern,
    ...(step.takes ?? []).map((take) => take.pattern),
    ...checks.flatMap((check) => [check.matches, check.lacks, check.number?.pattern]),
  ])
    if (pattern !== undefined && !compiles(pattern)) wrong.push(`step ${step.id} has a broken pattern: ${pattern}`);
  return wrong;
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern.replaceAll(/\{\{[a-zA-Z0-9]+\}\}/g, 'x'), 'm');
    return true;
  } catch {
    return false;
  }
}
