import { type Outcome, waitForEarlier, waitWhileBusy } from './apply.ts';
import { allHold, firstFailure } from './check.ts';
import type { Step } from './plan.ts';
import { command, StepFailed, unwriteFile, type Work } from './run.ts';
import { type State, touched } from './state.ts';

/** The last step that was begun and has no way back; undefined: everything can be undone. */
export function noWayBack(state: State): Step | undefined {
  return state.plan.steps.findLast((step) => touched(state, step) && step.undo === undefined && step.risk !== 'none');
}

/**
 * Takes back what was done, last step first. Whatever was begun counts as done as far as the
 * machine shows it. Can itself be cut short and gone on with.
 */
export async function undoSteps(work: Work): Promise<Outcome> {
  const { state, journal } = work;
  await waitForEarlier(work);
  for (const step of state.plan.steps.toReversed()) {
    if (!touched(state, step)) continue;
    if (work.interrupted()) {
      journal.write({ event: 'interrupted', step: step.id });
      return { outcome: 'interrupted', step };
    }
    try {
      await undoStep(work, step);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      journal.write({ event: 'failed', step: step.id, why: error.message, undo: true });
      return { outcome: 'failed', step, why: error.message };
    }
  }
  journal.write({ event: 'finished', outcome: 'undone' });
  return { outcome: 'undone' };
}

async function undoStep(work: Work, step: Step): Promise<void> {
  const { state, journal, watcher } = work;
  const was = state.steps.get(step.id);
  await waitWhileBusy(work, step);
  for (const argv of was === 'done' ? [] : (step.always ?? [])) await command(work, step, argv);
  const needed = await isNeeded(work, step, was === 'done');
  if (needed) {
    watcher.step(step, 'undo');
    journal.write({ event: 'trying', step: step.id, undo: true });
    for (const argv of step.undo ?? []) await command(work, step, argv);
    for (const write of step.writes ?? []) await unwriteFile(work, step, write);
    const failed = await untilGone(work, step);
    if (failed) throw new StepFailed(`after undoing it is not as before: ${failed.check.says} (${failed.saw})`);
  }
  journal.write({ event: 'undone', step: step.id, ...(needed ? {} : { why: 'nothing of it was there' }) });
  state.steps.set(step.id, 'undone');
}

async function isNeeded(work: Work, step: Step, done: boolean): Promise<boolean> {
  if ((step.undo ?? []).length === 0 && (step.writes ?? []).length === 0) return false;
  if (step.undoIf) return allHold(work.host, step.undoIf, work.state.values);
  // a step cut short that left everything as it was before has nothing to undo
  return (
    done ||
    (step.writes ?? []).length > 0 ||
    (await firstFailure(work.host, step.before, work.state.values)) !== undefined
  );
}

/** What is not as before yet; a daemon that was started takes a while. */
async function untilGone(work: Work, step: Step) {
  const end = Date.now() + (step.settle ?? 5) * 1000;
  for (;;) {
    const failed = step.undoIf
      ? await stillThere(work, step)
      : await firstFailure(work.host, step.before, work.state.values);
    if (!failed || Date.now() >= end) return failed;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function stillThere(work: Work, step: Step) {
  const there = await allHold(work.host, step.undoIf, work.state.values);
  const check = step.undoIf?.[0];
  return there && check ? { ok: false, check, saw: 'still so' } : undefined;
}
