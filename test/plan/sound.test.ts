import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applySteps } from '../../src/plan/apply.ts';
import { drift, restValue } from '../../src/plan/fingerprint.ts';
import { continueJournal, findJournals, readJournal, startJournal } from '../../src/plan/journal.ts';
import { shellScript } from '../../src/plan/shell-script.ts';
import { stateOf } from '../../src/plan/state.ts';
import { validatePlan } from '../../src/plan/validate.ts';
import { has, hasNot, life, machine, plan, step } from './machine.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-journal-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const one = plan(
  step('a', {
    run: [['make', "it's"]],
    before: [hasNot("it's")],
    after: [has("it's")],
    idempotent: false,
    undo: [['drop', "it's"]],
  }),
);

test('a journal is whole lines: what was half written when power was lost is cut off', () => {
  const journal = startJournal(directory, one);
  journal.write({ event: 'trying', step: 'a' });
  journal.close();
  appendFileSync(journal.path, '{"at":"2026-01-01T00:00:00Z","event":"do');
  expect(stateOf(readJournal(journal.path)).steps.get('a')).toBe('trying');
  const again = continueJournal(journal.path);
  again.write({ event: 'done', step: 'a' });
  again.close();
  expect(readFileSync(journal.path, 'utf8').split('\n')).toHaveLength(4);
  expect(stateOf(readJournal(journal.path)).steps.get('a')).toBe('done');
  expect(() => startJournal(directory, one)).toThrow(/begun before.*--resume ullage-test01/);
});

test('a journal that somebody edited is refused, one without its plan is not there', () => {
  const path = join(directory, 'broken.jsonl');
  writeFileSync(path, '');
  expect(findJournals([directory])).toHaveLength(1);
  writeFileSync(path, '{"event":"trying","step":"a"}\n');
  expect(() => readJournal(path)).toThrow(/not a line of a journal: .*line 1/);
  const begun = { at: 'now', event: 'plan', plan: one };
  for (const [line, said] of [
    [{ ...begun, plan: null }, /line 1: plan: not an object/],
    [
      { ...begun, plan: { ...one, steps: [{ ...one.steps[0], run: ['rm'] }] } },
      /plan\.steps\[0\]\.run\[0\]: not a list/,
    ],
    [{ ...begun, at: 1 }, /line 1: at: not text/],
    [{ at: 'now', event: 'begun', owner: null }, /line 2: owner: not text/],
    [{ at: 'now', event: 'started', step: 'a', process: null }, /line 2: process: not an object/],
    [{ at: 'now', event: 'command', step: 'a', argv: 'rm' }, /line 2: argv: not a list/],
    [{ at: 'now', event: 'constructor' }, /line 2: event: none of this version/],
    [begun, /line 2: a second plan/],
  ] as const) {
    const lines = /line 2/.test(String(said)) ? [begun, line] : [line];
    writeFileSync(path, lines.map((value) => `${JSON.stringify(value)}\n`).join(''));
    expect(() => readJournal(path)).toThrow(said);
  }
  // the others are not lost with it
  const damaged: string[] = [];
  expect(findJournals([directory], (error) => damaged.push(error.where))).toHaveLength(1);
  expect(damaged).toEqual([expect.stringContaining(path)]);
  rmSync(path);
});

test('a plan that could not be resumed is not sound', () => {
  expect(validatePlan(one)).toEqual([]);
  const faults = (part: Parameters<typeof step>[1]) => validatePlan(plan(step('a', part))).join();
  expect(faults({ run: [['x'], ['y']], idempotent: false, after: [has('x')] })).toMatch(/more than one command/);
  expect(faults({ run: [['x']], idempotent: false })).toMatch(/no check that tells/);
  expect(faults({ run: [['mount', '{{device}}']] })).toMatch(/which no earlier step takes/);
  expect(faults({ run: [[]] })).toMatch(/empty command/);
  expect(faults({ after: [{ says: 'x', run: ['x'], matches: '(' }] })).toMatch(/broken pattern/);
  expect(faults({ writes: [{ path: '/etc/../x', content: '', mode: '0644' }] })).toMatch(/writes to/);
  for (const path of ['/', '/etc/', '/etc/.', '/etc/..'])
    expect(faults({ writes: [{ path, content: '', mode: '0644' }] })).toMatch(/no path of a file/);
  expect(faults({ writes: [{ path: '/etc/x', content: '\0', mode: '0644' }] })).toMatch(/NUL byte/);
  expect(faults({ before: [{ says: 'x', run: ['x', '\0'] }] })).toMatch(/NUL byte/);
  expect(faults({ takes: [{ name: 'x', run: ['x'], pattern: '(' }] })).toMatch(/broken pattern/);
  expect(faults({ takes: [{ name: 'x', run: [], pattern: 'x' }] })).toMatch(/empty command/);
  expect(faults({ progress: { run: ['x'], pattern: '(', unit: 'bytes' } })).toMatch(/broken pattern/);
  expect(faults({ progress: { run: ['x'], pattern: 'x', unit: 'bytes', every: 0 } })).toMatch(/without a pause/);
  expect(faults({ timeout: 1e9 })).toMatch(/more than 2592000 s/);
  expect(faults({ settle: 1e9 })).toMatch(/more than 2592000 s/);
  const resting = (fact: { run: string[]; pattern: string }) =>
    validatePlan({ ...one, fingerprint: { digest: '', facts: [{ says: 'x', value: '', ...fact }] } }).join();
  expect(resting({ run: ['x'], pattern: '(' })).toMatch(/the fact "x" has a broken pattern/);
  expect(resting({ run: [], pattern: 'x' })).toMatch(/the fact "x" has an empty command/);
  expect(validatePlan({ ...one, id: '../../etc/passwd' })).toHaveLength(1);
  expect(validatePlan(plan())).toEqual(['it has no steps']);
});

test('a directory where a file is to be written is left alone: keeping it would copy all that is in it', async () => {
  const writing = plan(step('a', { writes: [{ path: '/etc/conf', content: 'x', mode: '0644' }] }));
  const changed: string[] = [];
  const { work } = life(machine(), writing, undefined, (argv) => {
    if (argv[0] !== 'test') changed.push(argv.join(' '));
    return { exitCode: argv[0] === 'sha256sum' ? 1 : 0, stdout: '', stderr: '', durationMs: 0 };
  });
  expect(await applySteps(work, false)).toMatchObject({ outcome: 'failed', why: expect.stringMatching(/a directory/) });
  expect(changed.filter((argv) => !argv.startsWith('sha256sum'))).toEqual([]);
});

test('a list whose order says nothing has not moved when only its order has', () => {
  const ran = (stdout: string) => ({ exitCode: 0, stdout, stderr: '', durationMs: 0 });
  const list = { unordered: true };
  expect(restValue(ran('sha256:b\nsha256:a\n'), list)).toBe(restValue(ran('sha256:a\nsha256:b\n'), list));
  expect(restValue(ran('b\na\n'), {})).not.toBe(restValue(ran('a\nb\n'), {}));
  expect(restValue(ran('a\nc\n'), list)).not.toBe(restValue(ran('a\nb\n'), list));
});

test('what the machine did by itself is not done again; what somebody else made is not taken for ours', async () => {
  const grow = (idempotent: boolean) =>
    plan(step('grow', { run: [['make', 'b']], before: [hasNot('b')], after: [has('b')], idempotent }));
  const there = machine('b');
  expect(await applySteps(life(there, grow(true)).work, false)).toEqual({ outcome: 'applied' });
  expect(there.ran).toEqual([]);
  expect(await applySteps(life(machine('b'), grow(false)).work, false)).toMatchObject({ outcome: 'failed' });
});

test('drift names what moved', async () => {
  const rests = [
    { says: 'things', run: ['show'], value: 'a' },
    { says: 'only b', run: ['show'], pattern: '^b$', value: '' },
  ];
  const host = life(machine('a'), one).work.host;
  expect(await drift(host, { digest: '', facts: rests })).toEqual([]);
  const moved = await drift(life(machine('a', 'b'), one).work.host, { digest: '', facts: rests });
  expect(moved).toEqual([
    { says: 'things', was: 'a', is: 'a\nb' },
    { says: 'only b', was: '', is: 'b' },
  ]);
});

test('the shell script parses and does the same, with names that hold quotes', () => {
  const script = shellScript(
    plan(
      step('write', {
        writes: [{ path: join(directory, "it's.conf"), content: 'a "b"\n$c\n', mode: '0600' }],
        undo: [],
      }),
      step('take', {
        run: [['true']],
        takes: [{ name: 'size', run: ['echo', 'size: 42 GiB'], pattern: 'size: (\\d+) GiB' }],
      }),
      step('use', {
        run: [['mkdir', `${directory}/{{size}}`]],
        before: [{ says: 'big enough', run: ['echo', 'free 50'], number: { pattern: 'free (\\d+)', atLeast: 42 } }],
        after: [{ says: 'there', run: ['ls', directory], matches: '^{{size}}$', lacks: '^43$' }],
      }),
      step('left', { run: [['false']], skipIf: [{ says: 'there', run: ['test', '-d', `${directory}/{{size}}`] }] }),
      step('stop', {
        run: [['true']],
        before: [{ says: 'small', run: ['echo', 'free 50'], number: { pattern: 'free (\\d+)', atMost: 42 } }],
      }),
    ),
  );
  const ran = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
  expect(ran.stderr).toBe('stopped: step 5: small: not so\n');
  expect(ran.status).toBe(1);
  expect(readFileSync(join(directory, "it's.conf"), 'utf8')).toBe('a "b"\n$c\n');
});

test('a failure says what it means here where the step knows', async () => {
  const known = plan(
    step('a', { run: [['make', 'x']], after: [has('x')], ifFailed: { matches: 'exists', says: 'Drop x first' } }),
  );
  const there = machine('x');
  const { work } = life(there, known);
  expect(await applySteps(work, false)).toMatchObject({
    outcome: 'failed',
    why: expect.stringMatching(/exists\. Drop x first$/),
  });
});

test('a setting of the kernel is written where it stands', () => {
  const script = shellScript(
    plan(step('a', { writes: [{ path: '/sys/x', content: '1\n', mode: '0644', inPlace: {} }] })),
  );
  expect(script).toContain("printf %s '1\n' > '/sys/x'");
  expect(script).not.toContain('ullage-new');
});
