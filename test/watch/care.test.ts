import { expect, test } from 'vitest';
import type { Finding } from '../../src/causes/cause.ts';
import { type Host, UllageError } from '../../src/host/host.ts';
import { applySteps } from '../../src/plan/apply.ts';
import { AnotherApply } from '../../src/plan/lock.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { conditionsOf, USUAL_RULES } from '../../src/watch/alerts/rules.ts';
import { dueNow } from '../../src/watch/care/due.ts';
import { type CareRun, readLedger } from '../../src/watch/care/ledger.ts';
import { type CareDoing, careRun, notByItself } from '../../src/watch/care/run.ts';
import { careSettings, windowLeft } from '../../src/watch/care/settings.ts';
import { metricsText } from '../../src/watch/metrics.ts';
import { has, hasNot, life, type Machine, machine, plan, step } from '../plan/machine.ts';
import { sceneState } from './scene.ts';

const limits = (change: object = {}) =>
  careSettings(
    JSON.stringify({ version: 1, window: '02:00-05:00', remedies: { 'btrfs-rebalance': {} }, ...change }),
    'care.json',
  );
/** Local time of a Wednesday. */
const at = (hours: number, minutes = 0, day = 18) => new Date(2026, 10, day, hours, minutes);
const seconds = (date: Date) => date.getTime() / 1000;
const finding: Finding = {
  cause: 'btrfs-all-allocated',
  severity: 'warning',
  confidence: 'confirmed',
  subject: '/data',
  explanation: '',
  evidence: [],
  remedies: ['btrfs-rebalance'],
};
const order = { remedy: 'btrfs-rebalance', on: '/data', set: new Map() };
const run = (outcome: CareRun['outcome'], when: Date): CareRun => ({
  at: seconds(when),
  remedy: 'btrfs-rebalance',
  on: '/data',
  outcome,
});

test('limits that are misread are refused with the place', () => {
  for (const [change, where] of [
    [{ window: '2:00-5' }, 'window'],
    [{ window: '02:00-02:00' }, 'window'],
    [{ days: ['someday'] }, 'days'],
    [{ maxRuntime: 1 }, 'maxRuntime'],
    [{ maxRunTime: 60 }, 'maxRunTime'],
    [{ idle: 'no' }, 'idle'],
    [{ remedies: { prune: {} } }, 'remedies.prune'],
    [{ remedies: { 'cap-logs': { where: '/' } } }, 'remedies.cap-logs.where'],
    [{ remedies: { 'cap-logs': { when: 'window' } } }, 'remedies.cap-logs.on'],
    [{ remedies: { 'cap-logs': { set: { 'max-file': 3 } } } }, 'remedies.cap-logs.set'],
  ] as const)
    expect(() => limits(change), where).toThrow(`care.json: ${where}`);
  expect(() => careSettings('{', 'care.json')).toThrow(UllageError);
});

test('the window, also over midnight: it belongs to the day on which it opens', () => {
  expect(windowLeft(limits(), at(1, 59))).toBeUndefined();
  expect(windowLeft(limits(), at(2))).toBe(3 * 3600_000);
  expect(windowLeft(limits(), at(5))).toBeUndefined();
  const night = limits({ window: '22:00-04:00', days: ['wed'] });
  expect(windowLeft(night, at(23))).toBe(5 * 3600_000);
  expect(windowLeft(night, at(3, 0, 19))).toBe(3600_000);
  expect(windowLeft(night, at(3))).toBeUndefined();
  expect(windowLeft(night, at(23, 0, 19))).toBeUndefined();
});

test('due: in the window, where the doctor finds it or the operator named the place, not twice for one cause', () => {
  expect(dueNow(limits(), [finding], [], at(3))).toEqual([{ ...order, cause: finding.cause }]);
  expect(dueNow(limits(), [finding], [], at(6))).toEqual([]);
  expect(dueNow(limits({ remedies: {} }), [finding], [], at(3))).toEqual([]);
  expect(dueNow(limits(), [], [], at(3))).toEqual([]);
  expect(dueNow(limits(), [{ ...finding, confidence: 'possible' }], [], at(3))).toEqual([]);
  expect(dueNow(limits(), [{ ...finding, severity: 'notice' }], [], at(3))).toEqual([]);
  expect(dueNow(limits(), [finding, { ...finding, cause: 'other' }], [], at(3))).toHaveLength(1);
  const elsewhere = limits({ remedies: { 'btrfs-rebalance': { on: ['/other'] } } });
  expect(dueNow(elsewhere, [finding], [], at(3))).toEqual([]);
  const always = limits({ remedies: { 'btrfs-rebalance': { when: 'window', on: ['/data'] } } });
  expect(dueNow(always, [], [], at(3))).toEqual([order]);
});

test('no loop: once in waitHours, each failure doubles the wait, another apply is waited for a quarter of an hour', () => {
  const due = (runs: CareRun[], now: Date) => dueNow(limits({ waitHours: 20 }), [finding], runs, now).length > 0;
  expect(due([run('applied', at(2))], at(4))).toBe(false);
  expect(due([run('applied', at(2))], at(2, 5, 19))).toBe(true);
  for (const outcome of ['failed', 'refused', 'begun'] as const) {
    expect(due([run(outcome, at(2))], at(2, 5, 19)), outcome).toBe(false);
    expect(due([run(outcome, at(2))], at(2, 5, 20)), outcome).toBe(true);
    expect(due([run(outcome, at(2)), run(outcome, at(2, 5, 20))], at(2, 10, 22)), outcome).toBe(false);
  }
  expect(due([run('busy', at(2))], at(2, 10))).toBe(false);
  expect(due([run('busy', at(2))], at(2, 20))).toBe(true);
  // being busy in between forgives no failure
  expect(due([run('failed', at(2)), run('busy', at(2, 0, 19))], at(2, 20, 19))).toBe(false);
  const stopped = { ...run('interrupted', at(2)), journal: 'j' };
  expect(dueNow(limits(), [finding], [stopped], at(3, 0, 19))[0]?.resume).toBe('j');
});

function doing(on: Machine, made: Plan, change: Partial<CareDoing> = {}): CareDoing & { runs: CareRun[] } {
  const runs: CareRun[] = [];
  let clock = 0;
  const go: CareDoing['apply'] = async (one, { interrupted }) => {
    const { work } = life(on, one);
    return { ...(await applySteps({ ...work, interrupted }, false)), journal: 'memory' };
  };
  return {
    runs,
    plan: async () => made,
    apply: go,
    resume: (_, going) => go(made, going),
    planOf: () => made,
    until: 1e12,
    stopped: () => false,
    remember: (one) => runs.push(one),
    now: () => (clock += 1000),
    ...change,
  };
}

const two = plan(
  step('first', { run: [['make', 'a']], before: [hasNot('a')], after: [has('a')] }),
  step('second', { run: [['make', 'b']], before: [hasNot('b')], after: [has('b')] }),
);

test('a run is the usual apply, journalled; it is remembered before it begins', async () => {
  const on = machine();
  const with_ = doing(on, two);
  expect((await careRun(order, with_)).outcome).toBe('applied');
  expect(with_.runs.map((one) => one.outcome)).toEqual(['begun', 'applied']);
  expect([...on.things]).toEqual(['a', 'b']);
  expect(on.lines.at(-1)).toMatchObject({ event: 'finished', outcome: 'applied' });
});

test('a plan with one step that is not online, or that waits for somebody, is never begun', async () => {
  const on = machine();
  for (const risk of ['downtime', 'destructive'] as const) {
    const bad = plan(...two.steps, step('third', { risk }));
    const with_ = doing(on, bad);
    expect(await careRun(order, with_)).toMatchObject({ outcome: 'refused', why: expect.stringContaining(risk) });
    expect(notByItself({ ...two, predicted: { downtime: 0, risk } })).toContain(risk);
  }
  expect(notByItself(plan(step('x', { confirm: 'Look' })))).toContain('eyes');
  expect(notByItself({ ...two, predicted: { downtime: 5, risk: 'online' } })).toContain('5 s');
  expect(on.ran).toEqual([]);
  expect(on.lines).toEqual([]);
});

test('over its time it stops between steps, the journal says so, and the next window goes on with it', async () => {
  const on = machine();
  let now = 0;
  const late = doing(on, two, { until: 50, now: () => now });
  const slow: CareDoing['apply'] = async (one, going) => {
    const { work } = life(on, one);
    const { host } = work;
    const change: typeof host.change = async (argv, options) => {
      now += 100;
      return host.change(argv, options);
    };
    const ended = await applySteps({ ...work, host: { ...host, change }, interrupted: going.interrupted }, false);
    return { ...ended, journal: 'memory' };
  };
  const stopped = await careRun(order, { ...late, apply: slow });
  expect(stopped).toMatchObject({ outcome: 'interrupted', journal: 'memory', why: expect.stringContaining('time') });
  expect([...on.things]).toEqual(['a']);
  expect(on.lines.at(-1)).toMatchObject({ event: 'interrupted', step: 'second' });
  const next = doing(on, two, { plan: () => Promise.reject(new Error('it must not be planned anew')) });
  expect((await careRun({ ...order, resume: 'memory' }, next)).outcome).toBe('applied');
  expect([...on.things]).toEqual(['a', 'b']);
});

test('nothing to do, another apply, a failure: each is an outcome; without memory nothing runs', async () => {
  const on = machine();
  const fails = (error: Error) => () => Promise.reject(error);
  const nothing = doing(on, two, { plan: fails(new UllageError('enough is unallocated already', '/data', '')) });
  expect((await careRun(order, nothing)).outcome).toBe('nothing');
  const busy = doing(on, two, { apply: fails(new AnotherApply('another apply is at work', 'lock', '')) });
  expect((await careRun(order, busy)).outcome).toBe('busy');
  const drifted = doing(on, two, { apply: fails(new UllageError('the machine has moved', '/data', '')) });
  expect((await careRun(order, drifted)).outcome).toBe('refused');
  const full = () => {
    throw new UllageError('cannot write', 'care.json', 'disk full');
  };
  await expect(careRun(order, doing(on, two, { remember: full }))).rejects.toThrow('cannot write');
  expect(on.ran).toEqual([]);
  // what stands there is not the plan's: a step that may not be done twice does not take it for its own
  const once = plan(step('once', { before: [hasNot('a')], after: [has('a')], idempotent: false }));
  const broken = doing(machine('a'), once);
  expect(await careRun(order, broken)).toMatchObject({
    outcome: 'failed',
    why: expect.stringContaining('a is not there'),
  });
});

test('a run that failed is told once as an incident, one that was stopped by a limit is none; both are metrics', () => {
  const failed: CareRun = { ...run('failed', at(2)), why: 'no space', plan: 'ullage-1' };
  const rules = (care: CareRun[]) =>
    conditionsOf({ ...sceneState(), care }, USUAL_RULES, 0).filter((one) => one.rule === 'UllageCare');
  expect(rules([failed])).toMatchObject([
    {
      severity: 'warning',
      subject: '/data',
      summary: 'Care: btrfs-rebalance failed: no space',
      remedy: 'ullage journal ullage-1',
    },
  ]);
  expect(rules([run('interrupted', at(2)), run('applied', at(2))])).toEqual([]);
  expect(metricsText({ ...sceneState(), care: [failed] }, '0')).toContain(
    'ullage_care_last_run_info{remedy="btrfs-rebalance",on="/data",outcome="failed"} 1\n',
  );
});

test('a damaged memory of runs is said and never ends the watch; what is whole of it counts', async () => {
  const good = run('applied', at(3));
  for (const [content, kept] of [
    ['', 0],
    ['null', 0],
    ['{"version":1,"runs":{}}', 0],
    ['{"version":2,"runs":[]}', 0],
    [JSON.stringify({ version: 1, runs: [null, 3, 'x', [], { remedy: 1 }, { ...good, at: '1' }, good] }), 1],
  ] as const) {
    const said: string[] = [];
    const host = { read: async () => ({ ok: true, content }) } as unknown as Host;
    const runs = await readLedger(host, 'care.json', (line) => said.push(line));
    expect([content, runs.length, said.length]).toEqual([content, kept, 1]);
    expect(dueNow(limits(), [finding], runs, at(4))).toHaveLength(1 - kept);
  }
});

test('on nights when clocks are changed a window ends by the clock, and never in the past', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Berlin';
  try {
    const left = (window: string, utc: string) => windowLeft(limits({ window }), new Date(utc));
    // 2026-03-29: after 01:59 comes 03:00; 02:30 is never
    expect(left('01:30-02:30', '2026-03-29T00:40:00Z')).toBe(20 * 60_000);
    // 2026-10-25: after 02:59 comes 02:00 again; 02:30 comes twice
    expect(left('01:30-02:30', '2026-10-25T00:10:00Z')).toBe(20 * 60_000);
    expect(left('01:30-02:30', '2026-10-25T00:40:00Z')).toBeUndefined();
    expect(left('01:30-02:30', '2026-10-25T01:10:00Z')).toBe(20 * 60_000);
    expect(left('03:00-02:59', '2026-03-29T00:00:00Z')).toBeGreaterThan(20 * 3600_000);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});
