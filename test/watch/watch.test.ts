import { expect, test, vi } from 'vitest';
import type { Host, Ran } from '../../src/host/host.ts';
import { USUAL_RULES } from '../../src/watch/alerts/rules.ts';
import type { Sender } from '../../src/watch/alerts/senders.ts';
import { Watch } from '../../src/watch/watch.ts';

/** A file system that is written to while the doctor is at work, `moves` blocks each time. */
function scene(moves: readonly number[], senders: readonly Sender[] = [], said: string[] = []) {
  let free = 50_000;
  let looks = 0;
  const ran = (stdout: string): Ran => ({ exitCode: 0, stdout, stderr: '', durationMs: 1 });
  const report = () => ({
    version: 1,
    host: { engines: [] },
    stack: [
      {
        id: 'fs:/',
        kind: 'file-system',
        name: 'ext4',
        path: '/',
        storage: 'ext4',
        resources: [{ name: 'bytes', unit: 'bytes', capacity: 4096 * 100_000, free: 4096 * free }],
        on: [],
      },
    ],
    headroom: [],
    findings: [],
    unknown: [],
  });
  const host: Host = {
    label: 'a machine',
    async run() {
      if (senders.length > 0) return ran('no report');
      const text = JSON.stringify(report());
      free -= moves[looks] ?? 0;
      looks++;
      return ran(text);
    },
    statfs: async () => ({
      ok: true,
      value: { type: 0, blockSize: 4096, blocks: 100_000, bfree: free, bavail: free, files: 10, ffree: 5 },
    }),
    read: async (path) => ({
      ok: true,
      content: path === '/proc/self/mountinfo' ? '22 1 8:0 / / rw - ext4 /dev/sda rw\n' : '',
    }),
    get: async () => ran(''),
    close: async () => {},
  };
  const watch = new Watch({
    host,
    doctor: ['doctor'],
    local: true,
    interval: 60,
    history: undefined,
    rules: USUAL_RULES,
    senders,
    say: (line) => said.push(line),
    changed: () => {},
  });
  return { watch, looks: () => looks, written: (blocks: number) => (free -= blocks) };
}

test('a look is not made again where nothing moved', async () => {
  const { watch, looks } = scene([]);
  for (let round = 0; round < 4; round++) await watch.round();
  expect(looks()).toBe(1);
  // and what is shown says when it was
  expect(watch.state.look?.wholeAt).toBeLessThanOrEqual(watch.state.look?.at ?? 0);
});

test('a clock that was set back does not put off the next whole look until it has come as far again', async () => {
  const { watch, looks } = scene([]);
  const clock = vi.spyOn(Date, 'now').mockReturnValue(2_000_000_000_000);
  await watch.round();
  clock.mockReturnValue(1_800_000_000_000);
  await watch.round();
  await watch.round();
  clock.mockRestore();
  expect(looks()).toBe(2);
});

test('what moved while a look was under way is looked at again: its figures may be older', async () => {
  const { watch, looks } = scene([0, 5000]);
  await watch.round();
  await watch.round(true);
  await watch.round();
  expect(looks()).toBe(3);
  expect(watch.state.look?.layers[0]?.resources[0]?.free).toBe(4096 * 45_000);
  await watch.round();
  expect(looks()).toBe(3);
});

test('what is written far from full is in each look, though not everything is asked', async () => {
  const { watch, looks, written } = scene([]);
  await watch.round();
  written(1000);
  await watch.round();
  expect(looks()).toBe(1);
  expect(watch.state.look?.layers[0]?.resources[0]?.free).toBe(4096 * 49_000);
  written(2000);
  await watch.round();
  expect(looks()).toBe(2);
  expect(watch.state.look?.layers[0]?.resources[0]?.free).toBe(4096 * 47_000);
});

test('a receiver that hangs keeps no look waiting, nor another one; what it did not take waits for it', async () => {
  const got: string[] = [];
  let answers: ((why: string | undefined) => void)[] = [];
  const hanging: Sender = {
    name: 'hanging',
    send: (messages) => {
      got.push(`hanging ${messages.length}`);
      return new Promise((resolve) => answers.push(resolve));
    },
  };
  const quick: Sender = {
    name: 'quick',
    send: async (messages) => {
      got.push(`quick ${messages.length}`);
      return 'no';
    },
  };
  const said: string[] = [];
  const { watch } = scene([], [hanging, quick], said);
  // the third look that fails is told: UllageNoLook
  for (let round = 0; round < 5; round++) {
    await watch.round();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(got.filter((one) => one.startsWith('quick'))).toEqual(['quick 0', 'quick 0', 'quick 1', 'quick 1', 'quick 1']);
  expect(got.filter((one) => one.startsWith('hanging'))).toEqual(['hanging 0']);
  expect(said.filter((line) => line === 'quick: no')).toHaveLength(1);
  for (const answer of answers) answer(undefined);
  answers = [];
  await watch.told();
  await watch.round();
  expect(got.at(-2)).toBe('hanging 1');
  for (const answer of answers) answer(undefined);
  await watch.told();
  await watch.round();
  expect(got.at(-2)).toBe('hanging 0');
});
