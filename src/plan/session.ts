import { type ChangingHost, openChangingHost } from '../host/changing.ts';
import { die, faultOf, faultyHost } from '../host/faults.ts';
import { UllageError } from '../host/host.ts';
import { journalPlace } from '../host/journal-place.ts';
import { ownName } from '../host/process-mark.ts';
import { applySteps, type Outcome } from './apply.ts';
import { drift, type Moved } from './fingerprint.ts';
import { continueJournal, type Journal, readJournal, startJournal } from './journal.ts';
import { AnotherApply, takeLock } from './lock.ts';
import type { Plan } from './plan.ts';
import type { Watcher, Work } from './run.ts';
import { stateOf } from './state.ts';
import { noWayBack, undoSteps } from './undo.ts';
import { validatePlan } from './validate.ts';

export interface Going {
  watcher: Watcher;
  interrupted: () => boolean;
  /** the operator confirms what a step waits for */
  confirmed?: boolean;
}

/** The machine is not as the plan says. */
export class Drifted extends UllageError {
  constructor(
    plan: Plan,
    readonly moved: Moved[],
  ) {
    const list = moved.map(({ says, was, is }) => `${says}: was ${brief(was)}, is ${brief(is)}`).join('; ');
    super(
      'the machine has moved since the plan was made, nothing was done',
      list,
      `Make it anew: ullage plan ${plan.remedy} --on ${plan.on}`,
    );
  }
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 117)}…` : line);
}

/**
 * A new apply: the plan is checked, the machine is asked again, the lock taken, the journal begun.
 * @throws Drifted when a fact of the fingerprint moved; UllageError when the plan is not sound, not
 *   for this machine, or another apply is at work. In all these nothing was changed.
 */
export async function apply(plan: Plan, going: Going): Promise<Outcome & { journal: string }> {
  const wrong = validatePlan(plan);
  if (wrong.length > 0) throw new UllageError('not a sound plan', wrong.join('; '), 'Make it anew with ullage plan');
  return withHost(plan, async (host) => {
    const [process] = await host.leftBehind([]);
    if (process !== undefined)
      throw new AnotherApply(
        'a program of an earlier apply is still at work on this host',
        `process ${process.pid}`,
        'Wait for it; ullage apply --resume waits by itself and goes on',
      );
    const moved = await drift(host, plan.fingerprint);
    if (moved.length > 0) throw new Drifted(plan, moved);
    const place = journalPlace(plan.host.spec ? [] : plan.treats);
    return work(startJournal(place.directory, plan), host, going, (doing) =>
      applySteps(doing, going.confirmed === true),
    );
  });
}

/** Goes on with an apply that was cut short, failed or waits. */
export async function resume(path: string, going: Going): Promise<Outcome & { journal: string }> {
  const state = stateOf(readJournal(path));
  if (state.stands === 'applied') return { outcome: 'applied', journal: path };
  if (state.stands === 'undone')
    throw new UllageError('that plan was undone', state.plan.id, 'Make it anew: ullage plan');
  if ([...state.steps.values()].some((step) => step === 'undoing' || step === 'undone'))
    throw new UllageError('that plan is being undone', state.plan.id, `ullage undo ${state.plan.id} goes on with that`);
  return withHost(state.plan, (host) =>
    work(continueJournal(path), host, going, (doing) => {
      doing.journal.write({ event: 'resumed', by: 'apply' });
      return applySteps(doing, going.confirmed === true);
    }),
  );
}

/** @throws UllageError when a step that was done has no way back */
export async function undo(path: string, going: Going): Promise<Outcome & { journal: string }> {
  const state = stateOf(readJournal(path));
  if (state.stands === 'undone')
    throw new UllageError('that plan is undone already', state.plan.id, 'There is nothing to undo');
  const stuck = noWayBack(state);
  if (stuck)
    throw new UllageError(
      'there is no way back behind a step that was done',
      `${stuck.id}: ${stuck.title}`,
      state.stands === 'applied' ? 'The plan is applied whole' : `ullage apply --resume ${state.plan.id} goes on`,
    );
  return withHost(state.plan, (host) =>
    work(continueJournal(path), host, going, (doing) => {
      doing.journal.write({ event: 'resumed', by: 'undo' });
      return undoSteps(doing);
    }),
  );
}

async function withHost<T>(plan: Plan, act: (host: ChangingHost) => Promise<T>): Promise<T> {
  const opened = await openChangingHost(plan.host.spec);
  const fault = faultOf(process.env['ULLAGE_FAULT']);
  const host = fault ? faultyHost(opened, fault) : opened;
  try {
    const id = await host.run(['cat', '/etc/machine-id']);
    if (plan.host.machineId && id.stdout.trim() !== plan.host.machineId)
      throw new UllageError(
        'the plan is for another machine',
        `${plan.host.hostname} (${plan.host.machineId})`,
        `This is ${opened.label}`,
      );
    // a plan made from a capture, or where no machine has such an id
    const name = plan.host.machineId ? '' : (await host.run(['uname', '-n'])).stdout.trim();
    if (name !== '' && plan.host.hostname !== 'unknown' && plan.host.hostname !== name)
      throw new UllageError('the plan is for another machine', plan.host.hostname, `This is ${name}`);
    // without the fault: taking the lock is not what is rehearsed
    const lock = await takeLock(opened);
    try {
      return await act(host);
    } finally {
      await lock.release();
    }
  } finally {
    await opened.close();
  }
}

async function work(
  journal: Journal,
  host: ChangingHost,
  { watcher, interrupted }: Going,
  act: (work: Work) => Promise<Outcome>,
): Promise<Outcome & { journal: string }> {
  const fault = faultOf(process.env['ULLAGE_FAULT']);
  try {
    const state = stateOf(readJournal(journal.path));
    journal.write({ event: 'begun', owner: ownName() });
    const outcome = await act({
      host,
      journal: fault?.kind === 'kill-write' ? dying(journal, fault.at) : journal,
      state,
      watcher,
      interrupted,
    });
    return { ...outcome, journal: journal.path };
  } finally {
    journal.close();
  }
}

function dying(journal: Journal, at: number): Journal {
  let count = 0;
  return {
    ...journal,
    write(event) {
      journal.write(event);
      if (++count === at) die();
    },
  };
}
