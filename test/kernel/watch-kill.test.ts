import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openHistory } from '../../src/watch/history/history.ts';
import { kernelSuite } from './ready.ts';

/** 200 take some minutes; a usual run does fewer. */
const KILLS = Number(process.env['ULLAGE_KILLS'] ?? 20);
const SERIES = 100;

/** Starts a writer, kills it after so many samples and a little more. @returns the last sample it said was written */
function killed(path: string, from: number, samples: number, delayMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/watch/support/writer.ts', path, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    let told = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (told === 0 && text.split('\n').length > samples) {
        told = 1;
        setTimeout(() => child.kill('SIGKILL'), delayMs);
      }
    });
    child.on('error', reject);
    child.on('close', () => {
      const last = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1);
      resolve(Number(last));
    });
  });
}

kernelSuite('a history whose writer is killed', [], () => {
  test(`opens each of ${KILLS} times, holds every sample that was written, and none in part`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ullage-kill-'));
    const path = join(folder, 'h.sqlite');
    let from = 1_800_000_000;
    try {
      for (let round = 0; round < KILLS; round++) {
        const last = await killed(path, from, 1 + (round % 7), (round * 13) % 40);
        const history = await openHistory(path);
        const counts = Array.from({ length: SERIES }, (_, index) =>
          history.read(`series ${index}`, from, last + 3600).map((one) => one.at),
        );
        history.close();
        // what was said to be written is there, and at most the sample at work when it was killed behind it
        expect(counts[0]).toContain(last);
        expect(counts[0]?.at(-1)).toBeLessThanOrEqual(last + 60);
        for (const one of counts) expect(one).toEqual(counts[0]);
        from = last + 120;
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 1_800_000);
});

kernelSuite('a history whose disk fills', [], () => {
  test('says so and keeps what it has; when there is room again, it is written again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ullage-full-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
    expect(mounted).toBe(true);
    const figures = (value: number) => new Map(Array.from({ length: 200 }, (_, index) => [`series ${index}`, value]));
    const history = await openHistory(join(folder, 'h.sqlite'));
    try {
      writeFileSync(join(folder, 'other'), Buffer.alloc(300 * 1024));
      let at = 1_800_000_000;
      let why: string | undefined;
      for (; why === undefined && at < 1_800_060_000; at += 60) why = history.write(at, figures(at));
      expect(why).toMatch(/no space left|disk I\/O error/);
      const before = history.read('series 7', 1_800_000_000, at).length;
      expect(before).toBe((at - 1_800_000_000) / 60 - 1);
      rmSync(join(folder, 'other'));
      expect(history.write(at, figures(at))).toBeUndefined();
      expect(history.read('series 7', 1_800_000_000, at)).toHaveLength(before + 1);
    } finally {
      history.close();
      spawnSync('umount', ['-l', folder]); // statements not yet collected keep the file open
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
