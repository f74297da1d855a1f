import { allHold, firstFailure } from './check.ts';
import type { Step } from './plan.ts';
import { command, holdsText, StepFailed, settle, take, type Work, writeFile } from './run.ts';

/** How an apply or undo ended. `failed` and `interrupted` can be gone on with or undone. */
export type Outcome =
  | { outcome: 'applied' | 'undone' }
  | { outcome: 'waiting'; step: Step; for: string }
  | { outcome: 'failed'; step: Step; why: string }
  | { outcome: 'interrupted'; step: Step };

/**
 * Does the steps that are not done yet, in order. Called for a new plan and for one that was
 * cut short alike: what the journal calls `trying` is looked at on the machine first.
 */
export async function applySteps(work: Work, confirmed: boolean): Promise<Outcome> {
  const { state, journal } = work;
  await waitForEarlier(work);
  await fallBack(work);
  for (const step of state.plan.steps) {
    const was = state.steps.get(step.id) ?? 'untouched';
    if (was === 'done' || was === 'skipped') continue;
    if (work.interrupted()) return interrupted(work, step);
    if (step.confirm !== undefined && !confirmed) {
      journal.write({ event: 'waiting', step: step.id, for: step.confirm });
      return { outcome: 'waiting', step, for: step.confirm };
    }
    try {
      await applyStep(work, step, was !== 'untouched' && was !== 'undone');
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      if (work.interrupted()) return interrupted(work, step);
      const why = explained(step, error.message);
      journal.write({ event: 'failed', step: step.id, why });
      return { outcome: 'failed', step, why };
    }
  }
  journal.write({ event: 'finished', outcome: 'applied' });
  return { outcome: 'applied' };
}

/**
 * A daemon that was stopped for what follows may run again, as after a boot. From there on each step is looked at
 * on the machine as if it had been cut short: what still holds stays, what does not is done once more.
 */
async function fallBack(work: Work): Promise<void> {
  const { plan, steps } = work.state;
  const over = (id: string): boolean => ['done', 'skipped'].includes(steps.get(id) ?? '');
  for (const [index, step] of plan.steps.entries()) {
    if (step.until === undefined || !over(step.id)) continue;
    if ((steps.get(step.until) ?? 'untouched') !== 'untouched' || (await isDone(work, step))) continue;
    for (const { id } of plan.steps.slice(index)) if (over(id)) steps.set(id, 'trying');
    return;
  }
}

function explained({ ifFailed }: Step, why: string): string {
  return ifFailed && new RegExp(ifFailed.matches, 'm').test(why) ? `${why}. ${ifFailed.says}` : why;
}

function interrupted(work: Work, step: Step): Outcome {
  work.journal.write({ event: 'interrupted', step: step.id });
  return { outcome: 'interrupted', step };
}

async function applyStep(work: Work, step: Step, begunBefore: boolean): Promise<void> {
  const { host, state, journal, watcher } = work;
  const started = performance.now();
  if (begunBefore) {
    await waitWhileBusy(work, step);
    // an earlier try may have left a device suspended, a file half-copied: `always` mends that
    for (const argv of step.always ?? []) await command(work, step, argv);
    if (await isDone(work, step)) return recognise(work, step);
  }
  if (await allHold(host, step.skipIf, state.values)) {
    const why = (step.skipIf ?? []).map((check) => check.says).join('; ');
    journal.write({ event: 'skipped', step: step.id, why });
    state.steps.set(step.id, 'skipped');
    watcher.step(step, 'skipped', why);
    return;
  }
  const refused = await firstFailure(host, step.before, state.values);
  if (refused && !(begunBefore && step.idempotent)) {
    // the machine went there by itself: a daemon that starts with a longer file gives its pool that length.
    // A step that may not be done twice makes something: what stands there then is not ours
    if (step.idempotent && (await isDone(work, step))) return recognise(work, step);
    const so = `${refused.check.says}: not so (${refused.check.run.join(' ')}: ${refused.saw})`;
    throw new StepFailed(
      begunBefore ? `an earlier try was cut short and left neither the old state nor the new one: ${so}` : so,
    );
  }
  journal.write({ event: 'trying', step: step.id });
  watcher.step(step, 'run');
  try {
    for (const write of step.writes ?? []) await writeFile(work, step, write);
    for (const argv of step.run) await command(work, step, argv);
  } finally {
    for (const argv of step.always ?? []) await command(work, step, argv);
  }
  const missing = await settle(work, step);
  if (missing !== undefined) throw new StepFailed(missing);
  const values = await take(work, step);
  journal.write({ event: 'done', step: step.id, values });
  state.steps.set(step.id, 'done');
  watcher.done(step, (performance.now() - started) / 1000);
}

async function recognise(work: Work, step: Step): Promise<void> {
  const values = await take(work, step);
  work.journal.write({ event: 'done', step: step.id, recognised: true, values });
  work.state.steps.set(step.id, 'done');
  work.watcher.step(step, 'recognised');
}

/** By the machine, not by the journal: every check behind the step holds, every file has its text. */
async function isDone(work: Work, step: Step): Promise<boolean> {
  for (const write of step.writes ?? []) if (!(await holdsText(work.host, write))) return false;
  if (step.after.length === 0) return (step.writes ?? []).length > 0 && step.run.length === 0;
  return (await firstFailure(work.host, step.after, work.state.values)) === undefined;
}

const PATIENCE_MS = 7 * 24 * 3600 * 1000;

/** Programs of a killed apply go on without it: they are waited for, never run beside. */
export async function waitForEarlier(work: Work): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  const step = work.state.plan.steps.find((one) => work.state.steps.get(one.id) === 'trying');
  while (Date.now() < end && !work.interrupted()) {
    const [process] = await work.host.leftBehind(work.state.open);
    if (process === undefined) break;
    if (step) work.watcher.step(step, 'wait', `process ${process.pid} of the earlier try`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  work.state.open.length = 0;
}

export async function waitWhileBusy(work: Work, step: Step): Promise<void> {
  while (!work.interrupted() && (await allHold(work.host, step.busy, work.state.values))) {
    work.watcher.step(step, 'wait', step.busy?.[0]?.says);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}
