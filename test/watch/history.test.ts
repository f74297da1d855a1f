import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UllageError } from '../../src/host/host.ts';
import { openSqlite } from '../../src/host/sqlite.ts';
import { type History, openHistory } from '../../src/watch/history/history.ts';
import { memoryOver } from '../../src/watch/outlook.ts';

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
  await expect(openHistory('')).rejects.toThrow(/the history cannot be opened.*no name/);
});

const sqlite = (path: string) => openSqlite(path, { ours: () => {}, ready: (database) => database });

/** The file with all that was written in it. */
async function bytesOf(path: string): Promise<Buffer> {
  const database = await sqlite(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return readFileSync(path);
}

test("another program's database is refused and stays as it was", async () => {
  const path = join(folder, 'places.sqlite');
  const other = await sqlite(path);
  other.exec('PRAGMA journal_mode = DELETE; CREATE TABLE raw (x)');
  other.close();
  const before = readFileSync(path);
  await expect(openHistory(path)).rejects.toThrow(/the history cannot be opened.*another program \(table raw\)/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file that is damaged anywhere opens, or is one clear error; read or written it never throws', async () => {
  const path = join(folder, 'h.sqlite');
  const history = await openHistory(path);
  const figures = new Map(Array.from({ length: 40 }, (_, index) => [`s${index}`, index]));
  for (let minute = 0; minute < 60; minute++) history.write(START + minute * 60, figures);
  history.close();
  const whole = await bytesOf(path);
  const now = START + 3600;
  const damages = [
    ...Array.from({ length: whole.length / 4096 }, (_, page) =>
      Buffer.from(whole).fill(0xa5, page * 4096 + 100 * +!page, (page + 1) * 4096),
    ),
    ...[0, 17, 100, 4096, 6000, whole.length - 4096].map((length) => whole.subarray(0, length)),
  ];
  let said = 0;
  for (const [index, bytes] of damages.entries()) {
    const copy = join(folder, `d${index}.sqlite`);
    writeFileSync(copy, bytes);
    const opened = await openHistory(copy).catch((error: unknown) => error);
    if (opened instanceof UllageError) {
      said++;
      continue;
    }
    if (opened instanceof Error) throw opened;
    const damaged = opened as History;
    const spans = damaged.read('s1', START, now);
    const why = damaged.write(now, figures);
    if (spans.length < 60 || why !== undefined) said++;
    damaged.close();
  }
  expect(said).toBeGreaterThan(damages.length / 2);
});

test('what is damaged where it is read is not written on, and says so', async () => {
  const path = join(folder, 'h.sqlite');
  const history = await openHistory(path);
  for (let minute = 0; minute < 600; minute++) history.write(START + minute * 60, new Map([['a', minute]]));
  history.close();
  const bytes = await bytesOf(path);
  // pages of the rows alone: the schema and what the writer touches stay whole
  for (let page = 6; page < bytes.length / 4096 - 1; page++) bytes.fill(0xff, page * 4096, (page + 1) * 4096);
  writeFileSync(path, bytes);
  const damaged = await openHistory(path);
  expect(damaged.read('a', START, START + 36_000)).toEqual([]);
  expect(damaged.write(START + 36_000, new Map([['a', 1]]))).toMatch(/it is damaged .*move it away/);
  damaged.close();
});

test('a file that somebody removed to make room is not silently written on', async () => {
  const path = join(folder, 'h.sqlite');
  const history = await openHistory(path);
  expect(history.write(START, new Map([['a', 1]]))).toBeUndefined();
  rmSync(path);
  expect(history.write(START + 60, new Map([['a', 2]]))).toMatch(/taken away/);
  // the next one begins anew, whatever was left beside it
  const next = await openHistory(path);
  expect(next.write(START + 120, new Map([['a', 3]]))).toBeUndefined();
  expect(history.write(START + 180, new Map([['a', 4]]))).toMatch(/taken away/);
  expect(next.read('a', START, START + 180).map(({ value }) => value)).toEqual([3]);
  history.close();
  next.close();
});

test('two watches on one file: each writes what the other has named', async () => {
  const path = join(folder, 'h.sqlite');
  const [one, other] = [await openHistory(path), await openHistory(path)];
  expect(one.write(START, new Map([['a', 1]]))).toBeUndefined();
  expect(other.write(START + 60, new Map([['a', 2]]))).toBeUndefined();
  expect(one.read('a', START, START + 60).map(({ value }) => value)).toEqual([1, 2]);
  one.close();
  other.close();
});

test('what was written while the clock was ahead is not taken for the newest', async () => {
  const history = await openHistory(join(folder, 'h.sqlite'));
  const ahead = START + 86400;
  for (let minute = 0; minute < 20; minute++) history.write(ahead + minute * 60, new Map([['a', 1e9 - minute * 1e7]]));
  for (let minute = 0; minute < 20; minute++) history.write(START + minute * 60, new Map([['a', 2e9]]));
  const now = START + 19 * 60;
  for (const back of [3600, 10 * 86400, 100 * 86400])
    expect(history.read('a', now - back, now).every(({ at, value }) => at <= now && value === 2e9)).toBe(true);
  // the level stands: nothing is foreseen from figures of a day to come
  expect(memoryOver(history).foresee('a', 2e9, now)).toBeUndefined();
  history.close();
});

test('the file gives back what was dropped', async () => {
  const path = join(folder, 'h.sqlite');
  const history = await openHistory(path);
  const figures = new Map(Array.from({ length: 200 }, (_, index) => [`s${index}`, index]));
  for (let minute = 0; minute < 100; minute++) history.write(START + minute * 60, figures);
  history.write(START + 500 * 86400, new Map([['b', 1]]));
  history.close();
  expect((await bytesOf(path)).length).toBeLessThan(100_000);
});
