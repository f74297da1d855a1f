import type { Plan } from '../src/plan/plan.ts';
import { contains, holds } from './expect.ts';
import type { Ground } from './ground.ts';
import type { Cure, Drift, Lab } from './incident.ts';
import { failed } from './process.ts';

/** What a plan promised and what came of it, in bytes. */
export interface Healed {
  remedy: string;
  steps: number;
  consumer?: string;
  before?: number;
  predicted?: number;
  actual?: number;
  /** of the apply alone */
  seconds: number;
}

/** A guest's processor is a program among others: what takes a second may take ten. */
const PATIENT = ['--timeout', '180'];

/** `ullage plan`, and the plan kept under `file`. */
export async function planned(command: Ground['inside'], cure: Cure, file: string): Promise<Plan> {
  const set = Object.entries(cure.set ?? {}).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const on = cure.on === undefined ? [] : ['--on', cure.on];
  const argv = ['plan', cure.remedy, ...on, ...set, '--json', '--output', file, '--force', ...PATIENT];
  const ran = await command(argv);
  holds(ran.exitCode === 0, failed(['ullage', ...argv], ran));
  return JSON.parse(ran.stdout) as Plan;
}

/** Doctor's cure, planned and applied; throws unless it ends as it promised. */
export async function healBy(ground: Ground, cures: readonly Cure[], say: (line: string) => void): Promise<Healed[]> {
  const list: Healed[] = [];
  for (const [index, cure] of cures.entries()) {
    const file = `/root/plan-${index}.json`;
    const plan = await planned(ground.inside, cure, file);
    say(`${cure.remedy}: ${plan.steps.length} steps`);
    const started = performance.now();
    const ran = await ground.inside(['apply', file, '--yes', '--confirm', '--json']);
    const seconds = (performance.now() - started) / 1000;
    holds(ran.exitCode === 0, failed(['ullage', 'apply', cure.remedy], ran));
    const told = JSON.parse(ran.stdout) as { outcome: string; headroom?: number };
    holds(told.outcome === 'applied', `${cure.remedy} ended ${told.outcome}: ${ran.stdout}`);
    const { consumer, headroomBefore, headroomAfter } = plan.predicted;
    list.push({
      remedy: cure.remedy,
      steps: plan.steps.length,
      seconds,
      ...(consumer === undefined ? {} : { consumer }),
      ...(headroomBefore === undefined ? {} : { before: headroomBefore }),
      ...(headroomAfter === undefined ? {} : { predicted: headroomAfter }),
      ...(told.headroom === undefined ? {} : { actual: told.headroom }),
    });
  }
  return list;
}

/** An apply that refused, and its words. */
export interface Refused {
  what: string;
  said: string;
}

/** Each plan is overtaken by something; throws unless its apply does nothing and says what moved. */
export async function refusals(lab: Lab, drifts: readonly Drift[], say: (line: string) => void): Promise<Refused[]> {
  const list: Refused[] = [];
  for (const { what, cure, ready, disturb, says } of drifts) {
    await ready?.(lab);
    await planned(lab.ground.inside, cure, '/root/overtaken.json');
    await disturb(lab);
    const ran = await lab.ground.inside(['apply', '/root/overtaken.json', '--yes', '--confirm', '--quiet']);
    const said = ran.stderr.trim().split(/\s+/).join(' ');
    holds(ran.exitCode !== 0, `${what}: ${cure.remedy} was applied all the same`);
    contains(said, 'the machine has moved since the plan was made, nothing was done', what);
    contains(said, says, what);
    say(`${what}: ${said}`);
    list.push({ what, said });
  }
  return list;
}

/** How far a promise may be from what came of it. */
const WITHIN = 0.1;

/** What is wrong with the promises, as sentences. */
export function broken(list: readonly Healed[]): string[] {
  return list.flatMap(({ remedy, consumer, predicted, actual }) => {
    if (predicted === undefined) return [];
    if (actual === undefined)
      return [`${remedy}: ${consumer} was promised ${predicted} bytes, and nothing was measured`];
    const off = Math.abs(actual - predicted) / Math.max(actual, predicted, 1);
    return off <= WITHIN
      ? []
      : [`${remedy}: ${consumer} was promised ${predicted} bytes and got ${actual}, ${(off * 100).toFixed(0)} % off`];
  });
}
