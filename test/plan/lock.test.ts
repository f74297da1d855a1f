import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChangingHost } from '../../src/host/changing.ts';
import type { Ran } from '../../src/host/host.ts';
import { ownName } from '../../src/host/process-mark.ts';
import { AnotherApply, takeLock } from '../../src/plan/lock.ts';

let home = '';
let path = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-lock-'));
  path = join(home, 'lock');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** An owner of this machine and boot whose process is gone. */
const dead = () => [...ownName().split(':').slice(0, 3), '2', '1'].join(':');

/** The real programs, each begun a little later than it was asked for, as on a busy host. */
function hesitant(): ChangingHost {
  const run = async ([program = '', ...args]: readonly string[]): Promise<Ran> => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return new Promise((resolve) => {
      execFile(program, args, (error, stdout, stderr) =>
        resolve({ exitCode: error ? 1 : 0, stdout, stderr, durationMs: 0 }),
      );
    });
  };
  return { run, change: run, leftBehind: () => Promise.resolve(['nothing to forget']) } as unknown as ChangingHost;
}

test('of several that find its owner dead one gets it', async () => {
  for (let round = 0; round < 12; round++) {
    symlinkSync(dead(), path);
    const tries = await Promise.allSettled([1, 2, 3].map(() => takeLock(hesitant(), path)));
    const got = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(got.length).toBeLessThanOrEqual(1);
    for (const one of tries)
      if (one.status === 'rejected') expect(String(one.reason)).toMatch(/another apply|cannot be taken/);
    await got[0]?.release();
    rmSync(path, { force: true });
    expect(readdirSync(home)).toEqual([]);
  }
});

test('owners that died while they took over are taken over from', async () => {
  for (const link of [path, `${path}.takeover`, `${path}.takeover.takeover`]) symlinkSync(dead(), link);
  const lock = await takeLock(hesitant(), path);
  expect(readdirSync(home)).toEqual(['lock']);
  await lock.release();
  expect(existsSync(path)).toBe(false);
});

test("another machine's owner is not judged", async () => {
  symlinkSync(dead().replace(hostname(), 'elsewhere'), path);
  await expect(takeLock(hesitant(), path)).rejects.toBeInstanceOf(AnotherApply);
});
