import { expect, test } from 'vitest';
import { lateTimer } from '../../src/host/late-timer.ts';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** The whole process stands still, as on a machine that is not given its turn. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('it acts once, not before its time', async () => {
  const from = performance.now();
  let acted = 0;
  lateTimer(80, () => acted++);
  await sleep(40);
  expect(performance.now() - from > 80 || acted === 0).toBe(true);
  // a standstill here gives it more time as well
  for (let waited = 0; acted === 0 && waited < 10_000; waited += 10) await sleep(10);
  await sleep(300);
  expect(acted).toBe(1);
});

test('taken back, it never acts', async () => {
  let acted = 0;
  const timer = lateTimer(20, () => acted++);
  await sleep(5);
  timer.stop();
  await sleep(60);
  expect(acted).toBe(0);
});

test('a standstill of the machine is no waiting: what needs several turns behind it still comes in time', async () => {
  let late = false;
  const timer = lateTimer(200, () => {
    late = true;
  });
  standStill(400);
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  timer.stop();
  expect(late).toBe(false);
});
