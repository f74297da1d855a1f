/**
 * The truth table: `npm run truth` (root, loop devices). For each file system: ask ullage how much
 * can still be written, then write until the first error, and print predicted, actual, and what df
 * and `btrfs filesystem usage` say. Goal: within 2 % or 16 MiB, never optimistic by more than that.
 * Exits 1 when a row misses, 0 with a SKIPPED line where it cannot run.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../src/host/local.ts';
import { collect } from '../src/probes/collect.ts';
import { probes } from '../src/probes/index.ts';
import { buildStack } from '../src/stack/build.ts';
import { headroomOf } from '../src/stack/headroom.ts';
import { Ground } from './truth/ground.ts';
import { rows } from './truth/rows.ts';

const MIB = 1024 ** 2;
const wanted = process.argv.slice(2);

if (process.getuid?.() !== 0) {
  console.log('SKIPPED truth table: needs root for loop devices');
  process.exit(0);
}

const results: { name: string; ok: boolean; cells: string[] }[] = [];
for (const row of rows) {
  if (wanted.length > 0 && !wanted.some((word) => row.name.includes(word))) continue;
  const ground = new Ground(mkdtempSync(join(tmpdir(), 'ullage-truth-')));
  chmodSync(ground.directory, 0o755);
  try {
    const path = row.make(ground);
    const predicted = await predict(path, row.as);
    const df = dfAvailable(path);
    const usage = btrfsEstimate(path);
    const actual = row.counts === 'inodes' ? fillWithFiles(path) : fillWithBytes(path, row.as);
    const asked = row.counts === 'inodes' ? predicted.inodes : predicted.bytes;
    const off = asked === undefined ? Number.NaN : asked - actual;
    const allowed = row.counts === 'inodes' ? Math.max(2, actual * 0.02) : Math.max(16 * MIB, actual * 0.02);
    const ok = Math.abs(off) <= allowed;
    const say = (value: number | undefined) =>
      value === undefined ? '-' : row.counts === 'inodes' ? String(value) : `${(value / MIB).toFixed(1)}`;
    results.push({
      name: row.name,
      ok,
      cells: [
        say(asked),
        say(actual),
        say(off),
        say(row.counts === 'inodes' ? undefined : df),
        say(row.counts === 'inodes' ? undefined : usage),
        predicted.stoppedBy ?? '-',
      ],
    });
  } catch (error) {
    results.push({ name: row.name, ok: false, cells: [error instanceof Error ? error.message : String(error)] });
  } finally {
    ground.undo();
    rmSync(ground.directory, { recursive: true, force: true });
  }
}

console.log(
  `${'file system'.padEnd(44)}${['predicted', 'actual', 'off', 'df says', 'btrfs usage'].map((cell) => cell.padStart(12)).join('')}  stopped by   (MiB; inode rows: files)`,
);
for (const { name, ok, cells } of results) {
  const numbers =
    cells.length === 1
      ? cells[0]
      : `${cells
          .slice(0, 5)
          .map((cell) => cell.padStart(12))
          .join('')}  ${cells[5]}`;
  console.log(`${(ok ? 'ok    ' : 'MISS  ') + name.padEnd(38)}${numbers}`);
}
const failed = results.filter((row) => !row.ok).length;
console.log(`${results.length - failed} rows within 2 % or 16 MiB, ${failed} not`);
process.exit(failed > 0 ? 1 : 0);

async function predict(
  path: string,
  as: 'root' | 'user',
): Promise<{ bytes?: number; inodes?: number; stoppedBy?: string }> {
  const host = localHost();
  const { facts } = await collect(host, probes, { targets: [path] });
  await host.close();
  const room = headroomOf(buildStack(facts), facts).find((one) => one.consumer === path);
  if (!room) throw new Error(`no headroom for ${path}`);
  if (room.bytes === undefined) throw new Error(`not known: ${room.unknown?.what}`);
  return {
    bytes: room.bytes + (as === 'root' ? (room.rootBytes ?? 0) : 0),
    ...(room.inodes === undefined ? {} : { inodes: room.inodes }),
    ...(room.stoppedBy ? { stoppedBy: `${room.stoppedBy.resource} of ${room.stoppedBy.layer}` } : {}),
  };
}

/** Bytes that reach the disk before the first error. Every write is synced: a buffered one may be lost silently. */
function fillWithBytes(path: string, as: 'root' | 'user'): number {
  const done = spawnSync('dd', ['if=/dev/zero', `of=${join(path, 'fill')}`, 'bs=4M', 'oflag=dsync'], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    ...(as === 'user' ? { uid: 65534, gid: 65534 } : {}),
  });
  const bytes = /^(\d+) bytes/m.exec(done.stderr)?.[1];
  if (done.status === 0 || bytes === undefined) throw new Error(`dd did not end with an error: ${done.stderr.trim()}`);
  return Number(bytes);
}

function fillWithFiles(path: string): number {
  for (let made = 0; ; made++) {
    try {
      closeSync(openSync(join(path, `f${made}`), 'wx'));
    } catch {
      return made;
    }
  }
}

function dfAvailable(path: string): number | undefined {
  const out = spawnSync('df', ['-B1', '--output=avail', path], { encoding: 'utf8' }).stdout.split('\n')[1];
  return out === undefined ? undefined : Number(out);
}

function btrfsEstimate(path: string): number | undefined {
  const out = spawnSync('btrfs', ['filesystem', 'usage', '-b', path], { encoding: 'utf8' }).stdout ?? '';
  const free = /Free \(estimated\):\s+(\d+)/.exec(out)?.[1];
  return free === undefined ? undefined : Number(free);
}
