import { expect, test } from 'vitest';
import { applySteps } from '../../src/plan/apply.ts';
import { has, hasNot, Killed, life, type Machine, machine, plan, type Strike, step } from './machine.ts';

/** A daemon is stopped, its store copied and put in place, the daemon started: what the copy holds must be the last word. */
const moving = plan(
  step('stop', { run: [['drop', 'daemon']], after: [hasNot('daemon')], skipIf: [hasNot('daemon')], until: 'start' }),
  step('copy', { run: [['ensure', 'copy']], after: [has('copy')], before: [hasNot('daemon')] }),
  step('place', { run: [['make', 'pool']], before: [hasNot('pool')], after: [has('pool')], idempotent: false }),
  step('start', { run: [['ensure', 'daemon']], after: [has('daemon')] }),
  step('tell', { run: [['ensure', 'told']], after: [has('told')] }),
);

async function live(on: Machine, strike?: Strike): Promise<string | undefined> {
  try {
    return (await applySteps(life(on, moving, strike).work, false)).outcome;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return undefined;
  }
}

test('a daemon that a boot has started is stopped again, and what was copied meanwhile is looked at again', async () => {
  const on = machine('daemon');
  await live(on, { kind: 'after', at: 3 });
  expect([...on.things]).toEqual(['copy', 'pool']);
  // the boot: the daemon runs, and the copy is no longer what it was a copy of
  on.things.add('daemon');
  on.things.delete('copy');
  on.ran.length = 0;
  expect(await live(on)).toBe('applied');
  expect(on.ran).toEqual(['drop daemon', 'ensure copy', 'ensure daemon', 'ensure told']);
});

test('nothing is done twice while it lasts, nor behind the step that ends it', async () => {
  for (const at of [3, 4]) {
    const on = machine('daemon');
    await live(on, { kind: 'after', at });
    on.ran.length = 0;
    expect(await live(on)).toBe('applied');
    expect(on.ran).toEqual(at === 3 ? ['ensure daemon', 'ensure told'] : ['ensure told']);
  }
});
