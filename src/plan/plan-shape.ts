import { flag, listOf, number, record, text, texts, word } from './shape.ts';

const risk = word('none', 'online', 'downtime', 'destructive');
export const argv = listOf(text);
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

export const planShape = record({
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
