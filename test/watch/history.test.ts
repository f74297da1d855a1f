import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openHistory } from '../../src/watch/history/history.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-history-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const START = 1_800_000_000;

test('what is written is read again, from the finest tier that reaches so far back', async () => {
  const history = await openHistory(join(folder, 'h.sqlite'));
  for (let minute = 0; minute < 120; minute++)
    expect(history.write(START + minute * 60, new Map([['a', 1000 - minute]]))).toBeUndefined();
  const now = START + 119 * 60;
  expect(history.read('a', START, now)).toHaveLength(120);
  const rolled = history.read('a', now - 10 * 86400, now);
  expect(rolled).toHaveLength(24);
  expect(rolled[0]).toEqual({ at: START, low: 996, high: 1000, value: 996 });
  expect(history.read('a', now - 300 * 86400, now)[0]).toMatchObject({ low: 941, high: 1000 });
  expect(history.read('nobody', 0, now)).toEqual([]);
  history.close();
});

test('old figures go, roll-ups stay', async () => {
  const history = await openHistory(join(folder, 'h.sqlite'));
  history.write(START, new Map([['a', 1]]));
  const later = START + 3 * 86400;
  history.write(later, new Map([['a', 2]]));
  expect(history.read('a', later - 86400, later)).toHaveLength(1);
  expect(history.read('a', START - 7200, later)).toHaveLength(2);
  history.close();
});

test('at its size limit it says so, loses no old figure, and goes on reading', async () => {
  const path = join(folder, 'h.sqlite');
  const history = await openHistory(path, 256 * 1024);
  let why: string | undefined;
  let written = 0;
  for (let minute = 0; why === undefined && minute < 5000; minute++) {
    why = history.write(START + minute * 60, new Map(Array.from({ length: 50 }, (_, index) => [`s${index}`, minute])));
    if (why === undefined) written++;
  }
  expect(why).toMatch(/no space left/);
  expect(history.read('s1', START, START + 86400)).toHaveLength(written);
  history.close();
  expect(statSync(path).size).toBeLessThanOrEqual(256 * 1024);
});

test('more series than allowed are left out, the others are kept', async () => {
  const history = await openHistory(join(folder, 'h.sqlite'));
  expect(history.write(START, new Map(Array.from({ length: 1100 }, (_, index) => [`s${index}`, 1])))).toBeUndefined();
  expect(history.names()).toHaveLength(1000);
  history.close();
});

test('a file that is no database is one clear error', async () => {
  await expect(openHistory(folder)).rejects.toThrow(/the history cannot be opened/);
});
