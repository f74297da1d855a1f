import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '../../src/plan/fingerprint.ts';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { has, hasNot, plan, step } from './machine.ts';

const schema = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync('schema/plan.schema.json', 'utf8')) as object,
);

/** Every part that a plan can have. */
const whole: Plan = {
  ...plan(
    step('a', {
      run: [['make', 'x']],
      before: [hasNot('x')],
      after: [has('x'), { says: 'n', run: ['show'], exit: -1, lacks: 'y', number: { pattern: '(\\d+)', atLeast: 1 } }],
      idempotent: false,
      undo: [['drop', 'x']],
      undoIf: [has('x')],
      busy: [has('b')],
      skipIf: [has('s')],
      always: [['ensure', 'w']],
      cancel: [['drop', 'c']],
      takes: [{ name: 'size', run: ['show'], pattern: '(x)' }],
      progress: { run: ['show'], pattern: '(\\d+)', unit: 'bytes', of: 9, every: 1 },
      timeout: 9,
      confirm: 'look',
      ifFailed: { matches: 'x', says: 'y' },
      writes: [{ path: '/etc/x', content: '', mode: '0644', inPlace: { was: '1' } }],
    }),
  ),
  finding: { cause: 'c', subject: 's', confidence: 'likely' },
  predicted: { consumer: '/x', headroomBefore: 0, headroomAfter: 1, freed: 1, downtime: 0, seconds: 1, risk: 'online' },
  fingerprint: fingerprint([{ says: 'things', run: ['show'], pattern: '^b$', value: '' }]),
};
const parsed = (value: unknown) => parsePlan(JSON.stringify(value), 'plan.json');
/** The plan with one part put in place of another: `steps.0.run`. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
  const names = path.split('.');
  let at = copy;
  for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>;
  const last = names.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

test('a plan with every part that there is comes back as it was, and the schema knows every part', () => {
  expect(parsed(whole)).toEqual(whole);
  expect(schema(whole), JSON.stringify(schema.errors)).toBe(true);
});

describe('what the schema refuses is refused, with where it stands', () => {
  test.each([
    ['version', 2, /version: 2, this ullage reads 1/],
    ['steps.0', 1, /steps\[0\]: not an object/],
    ['steps.0.run', 'rm -rf /', /steps\[0\]\.run: not a list/],
    ['steps.0.run.0', 'rm -rf /', /steps\[0\]\.run\[0\]: not a list/],
    ['steps.0.run.0.1', 7, /steps\[0\]\.run\[0\]\[1\]: not text/],
    ['steps.0.before', undefined, /steps\[0\]\.before: missing/],
    ['steps.0.risk', 'some', /risk: not one of none, online/],
    ['steps.0.after.0.exit', '0', /after\[0\]\.exit: not a number/],
    ['steps.0.writes.0.content', null, /content: not text/],
    ['fingerprint', {}, /fingerprint\.digest: missing/],
    ['finding', 'x', /finding: not an object/],
    ['settings', { a: 1 }, /settings\.a: not text/],
    ['host.hostname', undefined, /host\.hostname: missing/],
    ['predicted.downtime', 'none', /predicted\.downtime: not a number/],
  ] as const)('%s = %j', (path, value, said) => {
    const wrong = changed(path, value);
    expect(() => parsed(wrong)).toThrow(said);
    expect(schema(wrong)).toBe(false);
  });
});

test('a check that is spelt wrongly is not left out unseen', () => {
  expect(() => parsed(changed('steps.0.skipif', []))).toThrow(/steps\[0\]\.skipif: no such name/);
});

test('a fact changed by hand is seen, and so is what could not be resumed', () => {
  expect(() => parsed(changed('fingerprint.facts.0.value', 'b'))).toThrow(/facts the plan rests on were changed/);
  expect(() => parsed(changed('id', '../../etc/passwd'))).toThrow(/not a sound plan/);
  expect(() => parsed(changed('steps.0.writes.0.mode', 'u+s /etc/shadow'))).toThrow(/not octal/);
});

test('what is no plan at all is said in one line', () => {
  for (const [text, said] of [
    ['', /it is empty/],
    ['{"version":1,"steps":[', /not a plan: plan\.json: .*JSON/],
    ['[]', /of something else/],
    ['null', /of something else/],
    ['{"__proto__":{"version":1,"steps":[]}}', /of something else/],
    [JSON.stringify(whole).replace('"timeout":9', '"timeout":1e400'), /timeout: not a number/],
  ] as const)
    expect(() => parsePlan(text, 'plan.json')).toThrow(said);
});
