/**
 * `npm run watch-cost`: what watching costs. Size of a year of history of a host with 200 containers, a month's
 * chart, a scrape of 1,000 series, 200 who look at the page while one scrapes, CPU and memory beside node_exporter.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../src/host/sqlite.ts';
import { openHistory } from '../src/watch/history/history.ts';
import { TIERS } from '../src/watch/history/schema.ts';
import { headroomSeries, type Look } from '../src/watch/look.ts';
import { metricsText } from '../src/watch/metrics.ts';
import { memoryOver } from '../src/watch/outlook.ts';
import type { State } from '../src/watch/state.ts';
import { startWeb } from '../src/web/server.ts';
import { footprint } from './watch-footprint.ts';

const CONTAINERS = 200;
const YEAR = 365 * 86400;
const folder = mkdtempSync(join(tmpdir(), 'ullage-cost-'));
const path = join(folder, 'h.sqlite');
const end = 1_800_000_000;
const consumers = Array.from({ length: CONTAINERS }, (_, index) => `container-${index}`);
const GIB = 2 ** 30;
const look: Look = {
  at: end,
  seconds: 1,
  host: { hostname: 'cost', engines: [] },
  layers: consumers.slice(0, 50).map((name) => ({
    id: `fs:${name}`,
    kind: 'file-system',
    name,
    resources: [
      { name: 'bytes', unit: 'bytes', capacity: 100 * GIB, used: 40 * GIB, free: 60 * GIB },
      { name: 'inodes', unit: 'count', capacity: 1e6, used: 1e5, free: 9e5 },
    ],
    on: [],
  })),
  headroom: consumers.map((consumer) => ({
    consumer,
    layer: 'x',
    bytes: 5 * GIB,
    inodes: 100,
    dfAvailable: 6 * GIB,
    stoppedBy: { layer: 'x', resource: 'bytes', why: '' },
  })),
  findings: [],
};
const state: State = { look, outlooks: [], incidents: [], interval: 60 };

try {
  // what a year of looks leaves behind, tier by tier; written at once, since 525,600 looks would take an hour
  const history = await openHistory(path);
  const names = [...consumers.map(headroomSeries), ...consumers.slice(0, 100).map((name) => `free\tfs:${name}\tbytes`)];
  history.write(end, new Map(names.map((name) => [name, 1e11])));
  const raw = await openSqlite(path, { ours: () => {}, ready: (database) => database });
  raw.exec('BEGIN');
  for (const { table, width, kept } of TIERS) {
    const columns =
      table === 'raw'
        ? '(series, at, value) VALUES (?, ?, ?)'
        : '(series, at, low, high, value) VALUES (?, ?, ?, ?, ?)';
    const put = raw.prepare(`INSERT OR REPLACE INTO ${table} ${columns}`);
    const step = width === 0 ? 60 : width;
    for (let id = 1; id <= names.length; id++)
      for (let at = end - Math.min(kept, YEAR); at < end; at += step) {
        const value = Math.floor(1e11 * (0.5 + Math.random() / 2));
        if (table === 'raw') put.run(id, at, value);
        else put.run(id, at - (at % step), value - 4096, value + 4096, value);
      }
  }
  raw.exec('COMMIT');
  raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  raw.close();
  console.log(`a year of ${names.length} series (200 containers): ${(statSync(path).size / 1e6).toFixed(0)} MB`);

  const started = performance.now();
  const month = history.read(names[7] ?? '', end - 30 * 86400, end);
  console.log(`a month's chart, ${month.length} spans: ${(performance.now() - started).toFixed(1)} ms`);
  const writing = performance.now();
  history.write(end + 60, new Map(names.map((name) => [name, 1])));
  console.log(`writing one look of ${names.length} series: ${(performance.now() - writing).toFixed(1)} ms`);

  const text = metricsText(state, '0');
  const memory = memoryOver(history);
  const web = await startWeb({
    address: '127.0.0.1',
    port: 0,
    hosts: [],
    metrics: () => text,
    view: (range) => ({ state, memory, applies: [], range, now: end }),
  });
  const ask = (to: string) =>
    new Promise<number>((resolve, reject) => {
      const began = performance.now();
      get(`${web.url}${to}`, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(performance.now() - began));
      }).on('error', reject);
    });
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const scrapes: number[] = [];
  for (let index = 0; index < 200; index++) scrapes.push(await ask('metrics'));
  const middle = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]?.toFixed(2);
  console.log(`a scrape of ${series} series: ${middle(scrapes)} ms (median of 200)`);

  let parts = 0;
  for (let index = 0; index < 200; index++)
    get(`${web.url}events`, (answer) =>
      answer.on('data', (chunk: Buffer) => {
        parts += chunk.includes('event: parts') ? 1 : 0;
      }),
    ).on('error', () => {});
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const late: number[] = [];
  const under: number[] = [];
  parts = 0;
  for (let round = 0; round < 10; round++) {
    const due = performance.now() + 1000;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    late.push(performance.now() - due);
    web.push();
    under.push(await ask('metrics'));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  console.log(
    `200 on the page, pushed to each second, a scrape each second: a look is late by ${Math.max(...late).toFixed(0)} ms at most; scrape ${middle(under)} ms; ${parts} parts arrived of 2000`,
  );
  await web.close();
  history.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
await footprint();
