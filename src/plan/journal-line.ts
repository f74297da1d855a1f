import type { ProcessMark } from '../host/process-mark.ts';
import type { Argv, Plan } from './plan.ts';
import { argv, planShape } from './plan-shape.ts';
import { fields, flag, number, type Shape, text, texts, word } from './shape.ts';

/**
 * What happened, one JSON line each, on the disk before the next thing happens. Pairs of states:
 * `trying` before a step touches anything, `done` or `failed` behind it.
 */
export type JournalEvent =
  | { event: 'plan'; plan: Plan }
  /** who works on it from here on, as `ownName` calls him: whether he still lives can be asked */
  | { event: 'begun'; owner: string }
  | { event: 'trying'; step: string; undo?: boolean }
  | { event: 'command'; step: string; argv: Argv }
  | { event: 'started'; step: string; process: ProcessMark }
  | { event: 'ran'; step: string; exit: number | null; seconds: number; stderr?: string }
  /** of the program at work, 0 to 1 */
  | { event: 'progress'; step: string; fraction: number }
  | { event: 'done'; step: string; recognised?: boolean; values?: Record<string, string> }
  | { event: 'skipped'; step: string; why: string }
  | { event: 'failed'; step: string; why: string; undo?: boolean }
  | { event: 'undone'; step: string; why?: string }
  | { event: 'waiting'; step: string; for: string }
  | { event: 'resumed'; by: 'apply' | 'undo' }
  | { event: 'interrupted'; step: string }
  | { event: 'finished'; outcome: 'applied' | 'undone' };

export type JournalLine = JournalEvent & { at: string };

const exit: Shape = (value, at) => (value === null ? undefined : number(value, at));

/** What each line must hold for a resume or an undo to work by it. */
const EVENTS: Record<JournalEvent['event'], Shape> = {
  plan: fields({ plan: planShape }),
  begun: fields({ owner: text }),
  trying: fields({ step: text }, { undo: flag }),
  command: fields({ step: text, argv }),
  started: fields({ step: text, process: fields({ pid: number, startTime: text }) }),
  ran: fields({ step: text, exit, seconds: number }, { stderr: text }),
  progress: fields({ step: text, fraction: number }),
  done: fields({ step: text }, { recognised: flag, values: texts }),
  skipped: fields({ step: text, why: text }),
  failed: fields({ step: text, why: text }, { undo: flag }),
  undone: fields({ step: text }, { why: text }),
  waiting: fields({ step: text, for: text }),
  resumed: fields({ by: word('apply', 'undo') }),
  interrupted: fields({ step: text }),
  finished: fields({ outcome: word('applied', 'undone') }),
};
const SHAPES = new Map<string, Shape>(Object.entries(EVENTS));
const stamped = fields({ at: text, event: text });

/**
 * One line of a journal. The plan in it is asked for its shape alone: what was sound when it was begun must
 * remain to be resumed and undone.
 * @throws Error with what is wrong and where it stands
 */
export function parseLine(source: string, first: boolean): JournalLine {
  const value: unknown = JSON.parse(source);
  const wrong = stamped(value, '');
  if (wrong) throw new Error(wrong);
  const line = value as JournalLine;
  if (first !== (line.event === 'plan')) throw new Error(first ? 'no plan' : 'a second plan');
  const shape = SHAPES.get(line.event);
  const fault = shape ? shape(value, '') : 'event: none of this version';
  if (fault) throw new Error(fault);
  return line;
}
