import { describe, expect, test } from 'vitest';
import { applySteps, type Outcome } from '../../src/plan/apply.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { undoSteps } from '../../src/plan/undo.ts';
import { has, hasNot, Killed, life, type Machine, machine, plan, type Strike, step } from './machine.ts';

/**
 * The shape of lending a device: make it, lend it, work, take it back, remove it. `make` and
 * `drop` refuse to be done twice, as lvcreate and lvremove do.
 */
const lending: Plan = plan(
  step('room', {
    run: [['make', 'lv']],
    undo: [['drop', 'lv']],
    before: [hasNot('lv')],
    after: [has('lv')],
    idempotent: false,
  }),
  step('lend', {
    run: [['make', 'lent']],
    undo: [['drop', 'lent']],
    before: [has('lv'), hasNot('lent')],
    after: [has('lent')],
    idempotent: false,
    takes: [{ name: 'list', run: ['show'], pattern: '(lent)' }],
  }),
  step('pack', {
    run: [
      ['ensure', 'packed'],
      ['ensure', 'more'],
    ],
    undo: [],
    before: [has('{{list}}')],
    after: [has('packed'), has('more')],
  }),
  step('skip', { run: [['make', 'never']], undo: [], skipIf: [has('packed')] }),
  step('back', {
    run: [['drop', 'lent']],
    undo: [['make', 'lent']],
    before: [has('lent')],
    after: [hasNot('lent')],
    idempotent: false,
  }),
  step('gone', {
    run: [['drop', 'lv']],
    undo: [['make', 'lv']],
    before: [has('lv'), hasNot('lent')],
    after: [hasNot('lv')],
    idempotent: false,
  }),
);

async function live(
  on: Machine,
  strike?: Strike,
  verb: typeof undoSteps = (work) => applySteps(work, false),
): Promise<{ outcome?: Outcome; struck: boolean }> {
  try {
    const { work, struck } = life(on, lending, strike);
    return { outcome: await verb(work), struck: struck() };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { struck: true };
  }
}

const KINDS = ['before', 'after', 'write', 'fail', 'fail-after', 'timeout'] as const;

test('without a fault: every step once, in order', async () => {
  const on = machine('data');
  expect((await live(on)).outcome).toEqual({ outcome: 'applied' });
  expect(on.ran).toEqual(['make lv', 'make lent', 'ensure packed', 'ensure more', 'drop lent', 'drop lv']);
  expect([...on.things]).toEqual(['data', 'packed', 'more']);
});

describe.each(KINDS)('%s at every program and journal line', (kind) => {
  test('resume heals', async () => {
    let points = 0;
    for (let at = 1; ; at++) {
      const on = machine('data');
      const first = await live(on, { kind, at });
      if (!first.struck) break;
      points++;
      const second = await live(on);
      expect(second.outcome, `${kind} ${at}`).toEqual({ outcome: 'applied' });
      expect([...on.things].sort(), `${kind} ${at}`).toEqual(['data', 'more', 'packed']);
    }
    expect(points).toBeGreaterThanOrEqual(6);
  });

  test('undo brings back what was', async () => {
    for (let at = 1; ; at++) {
      const on = machine('data');
      const first = await live(on, { kind, at });
      if (!first.struck) break;
      const second = await live(on, undefined, undoSteps);
      expect(second.outcome, `${kind} ${at}`).toEqual({ outcome: 'undone' });
      expect(
        [...on.things].filter((name) => name !== 'packed' && name !== 'more'),
        `${kind} ${at}`,
      ).toEqual(['data']);
    }
  });

  test('an undo that is cut short is gone on with', async () => {
    for (let at = 1; ; at++) {
      const on = machine('data');
      await live(on, { kind: 'after', at: 4 });
      const cut = await live(on, { kind, at }, undoSteps);
      if (!cut.struck) break;
      expect((await live(on, undefined, undoSteps)).outcome, `${kind} ${at}`).toEqual({ outcome: 'undone' });
      expect(on.things.has('lv') || on.things.has('lent')).toBe(false);
    }
  });

  test('killed twice', async () => {
    for (let at = 1; at < 40; at++) {
      const on = machine('data');
      await live(on, { kind, at });
      await live(on, { kind, at: Math.max(1, at % 5) });
      const { outcome } = await live(on);
      expect(outcome, `${kind} ${at}`).toEqual({ outcome: 'applied' });
    }
  });
});

test('a step that is neither as before nor done is not run again', async () => {
  const on = machine('data');
  await live(on, { kind: 'before', at: 2 });
  on.things.delete('lv');
  const { outcome } = await live(on);
  expect(outcome).toMatchObject({ outcome: 'failed' });
  expect(on.ran).toEqual(['make lv']);
});
