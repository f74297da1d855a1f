import { UllageError } from '../host/host.ts';
import { fingerprint } from './fingerprint.ts';
import type { Plan } from './plan.ts';
import { validatePlan } from './validate.ts';

/** What is wrong with a value, with where it stands: `steps[2].run: not a list`. Undefined: nothing. */
type Shape = (value: unknown, at: string) => string | undefined;

const oneOf =
  (kind: 'string' | 'number' | 'boolean', called: string): Shape =>
  (value, at) =>
    typeof value === kind && !Number.isNaN(value) ? undefined : `${at}: not ${called}`;
const text = oneOf('string', 'text');
const number = oneOf('number', 'a number');
const flag = oneOf('boolean', 'true or false');

const word =
  (...words: string[]): Shape =>
  (value, at) =>
    typeof value === 'string' && words.includes(value) ? undefined : `${at}: not one of ${words.join(', ')}`;

const listOf =
  (shape: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at}: not a list`;
    for (const [index, one] of value.entries()) {
      const wrong = shape(one, `${at}[${index}]`);
      if (wrong) return wrong;
    }
    return undefined;
  };

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that is not known is refused: a check that is spelt wrongly would be left out unseen. */
const record =
  (needed: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape =>
  (value, at) => {
    if (!isRecord(value)) return `${at || 'the document'}: not an object`;
    const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
    for (const name of Object.keys(value))
      if (!Object.hasOwn(needed, name) && !Object.hasOwn(optional, name)) return `${path(name)}: no such name there`;
    for (const [name, shape] of Object.entries(needed)) {
      const wrong = Object.hasOwn(value, name) ? shape(value[name], path(name)) : `${path(name)}: missing`;
      if (wrong) return wrong;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const wrong = Object.hasOwn(value, name) ? shape(value[name], path(name)) : undefined;
      if (wrong) return wrong;
    }
    return undefined;
  };

const texts: Shape = (value, at) => {
  if (!isRecord(value)) return `${at}: not an object`;
  for (const [name, one] of Object.entries(value)) if (typeof one !== 'string') return `${at}.${name}: not text`;
  return undefined;
};

const risk = word('none', 'online', 'downtime', 'destructive');
const argv = listOf(text);
const range = record({ pattern: text }, { atLeast: number, atMost: number });
const checks = listOf(record({ says: text, run: argv }, { exit: number, matches: text, lacks: text, number: range }));
const unit = word('percent done', 'percent left', 'bytes');

const step = record(
  {
    id: text,
    title: text,
    why: text,
    run: listOf(argv),
    before: checks,
    after: checks,
    risk,
    idempotent: flag,
    ifStopped: text,
  },
  {
    writes: listOf(record({ path: text, content: text, mode: text }, { inPlace: record({}, { was: text }) })),
    always: listOf(argv),
    undo: listOf(argv),
    undoIf: checks,
    skipIf: checks,
    busy: checks,
    takes: listOf(record({ name: text, run: argv, pattern: text })),
    progress: record({ run: argv, pattern: text, unit }, { of: number, every: number }),
    cancel: listOf(argv),
    timeout: number,
    settle: number,
    until: text,
    confirm: text,
    ifFailed: record({ matches: text, says: text }),
  },
);

const plan = record({
  version: (value, at) => (value === 1 ? undefined : `${at}: ${JSON.stringify(value)}, this ullage reads 1`),
  id: text,
  madeAt: text,
  host: record({ hostname: text }, { machineId: text, kernel: text, spec: text }),
  finding: (value, at) =>
    value === null ? undefined : record({ cause: text, subject: text, confidence: text })(value, at),
  remedy: text,
  title: text,
  on: text,
  settings: texts,
  predicted: record(
    { downtime: number, risk },
    { consumer: text, headroomBefore: number, headroomAfter: number, freed: number, seconds: number },
  ),
  notes: listOf(text),
  treats: listOf(text),
  steps: listOf(step),
  fingerprint: record({
    digest: text,
    facts: listOf(record({ says: text, run: argv, value: text }, { pattern: text, unordered: flag })),
  }),
});

/**
 * A plan document of this version. Every part of its shape is looked at (schema/plan.schema.json), and
 * whether it could be resumed and undone.
 * @param name what to call it in the error
 * @throws UllageError with the first thing that is wrong and where it stands
 */
export function parsePlan(source: string, name: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    const why = source.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new UllageError('not a plan', `${name}: ${why}`, 'ullage plan -o FILE writes one', { cause: error });
  }
  if (!isRecord(value) || !Object.hasOwn(value, 'version') || !Object.hasOwn(value, 'steps'))
    throw new UllageError('not a plan', `${name}: JSON, but of something else`, 'ullage plan -o FILE writes one');
  const wrong = plan(value, '');
  if (wrong)
    throw new UllageError('not a plan of this version', `${name}: ${wrong}`, 'Make it anew: ullage plan -o FILE');
  const parsed = value as unknown as Plan;
  if (parsed.fingerprint.digest !== fingerprint(parsed.fingerprint.facts).digest)
    throw new UllageError(
      'the facts the plan rests on were changed',
      `${name}: fingerprint.digest is not that of its facts`,
      'Make it anew: ullage plan -o FILE',
    );
  const unsound = validatePlan(parsed);
  if (unsound.length > 0)
    throw new UllageError(
      'not a sound plan',
      `${name}: ${unsound.join('; ')}`,
      'Make it anew with ullage plan -o FILE',
    );
  return parsed;
}
