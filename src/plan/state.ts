import type { ProcessMark } from '../host/process-mark.ts';
import type { JournalLine } from './journal.ts';
import type { Plan, Step } from './plan.ts';

/** How far a step came, as the journal tells. */
export type StepState = 'untouched' | 'trying' | 'failed' | 'done' | 'skipped' | 'undoing' | 'undone';

/** Where a whole apply stands. */
export type ApplyState = 'applied' | 'undone' | 'unfinished' | 'waiting';

export interface State {
  plan: Plan;
  steps: Map<string, StepState>;
  values: Map<string, string>;
  /** programs started and not known to have ended */
  open: ProcessMark[];
  stands: ApplyState;
  /** what went wrong last */
  failure?: string;
  /** who began or went on with it last: `ownerLives` tells whether he is still there */
  owner?: string;
  /** what it waits for, where it waits */
  waitsFor?: string;
  /** it was asked to stop, and did */
  stopped?: boolean;
  /** of the step at work, 0 to 1, where its program tells */
  fraction?: number;
  /** when each step that was begun began last, and ended, ISO 8601 */
  times: Map<string, { began: string; ended?: string }>;
  startedAt: string;
  lastAt: string;
}

/** Everything a resume or an undo needs to know, from the journal alone. */
export function stateOf(lines: readonly JournalLine[]): State {
  const first = lines[0];
  if (first?.event !== 'plan') throw new RangeError('a journal begins with its plan');
  const state: State = {
    plan: first.plan,
    steps: new Map(first.plan.steps.map((step) => [step.id, 'untouched'])),
    values: new Map(),
    open: [],
    times: new Map(),
    stands: 'unfinished',
    startedAt: first.at,
    lastAt: lines.at(-1)?.at ?? first.at,
  };
  for (const line of lines) fold(state, line);
  return state;
}

function fold(state: State, line: JournalLine): void {
  switch (line.event) {
    case 'begun':
      state.owner = line.owner;
      delete state.stopped;
      delete state.waitsFor;
      break;
    case 'trying':
      state.stands = 'unfinished';
      state.steps.set(line.step, line.undo ? 'undoing' : 'trying');
      state.times.set(line.step, { began: line.at });
      delete state.fraction;
      break;
    case 'command':
      delete state.fraction;
      break;
    case 'started':
      state.open.push(line.process);
      break;
    case 'progress':
      state.fraction = line.fraction;
      break;
    case 'ran':
      state.open.length = 0;
      break;
    case 'done':
      state.steps.set(line.step, 'done');
      delete state.failure;
      for (const [name, value] of Object.entries(line.values ?? {})) state.values.set(name, value);
      // how long it took is not known of one that was found done
      if (line.recognised) state.times.delete(line.step);
      ended(state, line.step, line.at);
      break;
    case 'skipped':
      state.steps.set(line.step, 'skipped');
      break;
    case 'undone':
      state.steps.set(line.step, 'undone');
      ended(state, line.step, line.at);
      break;
    case 'failed':
      state.steps.set(line.step, line.undo ? 'undoing' : 'failed');
      state.failure = line.why;
      ended(state, line.step, line.at);
      break;
    case 'waiting':
      state.stands = 'waiting';
      state.waitsFor = line.for;
      break;
    case 'interrupted':
      state.stopped = true;
      break;
    case 'finished':
      state.stands = line.outcome;
      break;
    default:
      break;
  }
}

function ended(state: State, step: string, at: string): void {
  const time = state.times.get(step);
  if (time) time.ended = at;
}

/** Has the step touched the machine, or may it have? */
export function touched(state: State, step: Step): boolean {
  return ['trying', 'failed', 'done', 'undoing'].includes(state.steps.get(step.id) ?? 'untouched');
}
