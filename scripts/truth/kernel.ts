import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localHost } from '../../src/host/local.ts';
import { collect } from '../../src/probes/collect.ts';
import { probes } from '../../src/probes/index.ts';
import { buildStack } from '../../src/stack/build.ts';
import { headroomOf } from '../../src/stack/headroom.ts';
import type { Headroom } from '../../src/stack/layer.ts';
import { Ground } from './ground.ts';
import type { Result } from './result.ts';
import { type Row, rows } from './rows.ts';

/** The rows of this kernel's file systems, on loop devices. */
export async function kernelRows(wanted: (name: string) => boolean): Promise<Result[]> {
  const results: Result[] = [];
  for (const row of rows.filter(({ name }) => wanted(name))) {
    const started = performance.now();
    const ground = new Ground(mkdtempSync(join(tmpdir(), 'ullage-truth-')));
    chmodSync(ground.directory, 0o755);
    const result: Result = { name: row.name, seconds: 0, ...(row.counts ? { counts: row.counts } : {}) };
    try {
      Object.assign(result, await measure(row, row.make(ground)));
    } catch (error) {
      result.error = error instanceof Error ? error.message : String(error);
    } finally {
      ground.undo();
      rmSync(ground.directory, { recursive: true, force: true });
    }
    result.seconds = (performance.now() - started) / 1000;
    results.push(result);
  }
  return results;
}

async function measure(row: Row, path: string): Promise<Partial<Result>> {
  const room = await predict(path);
  if (row.counts === 'inodes') {
    const asked = said(room, 'root');
    return { ...asked, ...(room.inodes === undefined ? {} : { predicted: room.inodes }), actual: fillWithFiles(path) };
  }
  const others = { df: dfAvailable(path), btrfsUsage: btrfsEstimate(path) };
  return { ...said(room, row.as), ...others, actual: fillWithBytes(path, row.as) };
}

async function predict(path: string): Promise<Headroom> {
  const host = localHost();
  const { facts } = await collect(host, probes, { targets: [path] });
  await host.close();
  const room = headroomOf(buildStack(facts), facts).find((one) => one.consumer === path);
  if (!room) throw new Error(`no headroom for ${path}`);
  return room;
}

/** What a headroom promises to a writer. */
export function said(room: Headroom, as: 'root' | 'user'): { predicted: number; stoppedBy?: string } {
  if (room.bytes === undefined) throw new Error(`not known: ${room.unknown?.what}`);
  return {
    predicted: room.bytes + (as === 'root' ? (room.rootBytes ?? 0) : 0),
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

function dfAvailable(path: string): number {
  const out = spawnSync('df', ['-B1', '--output=avail', path], { encoding: 'utf8' }).stdout.split('\n')[1];
  return Number(out ?? Number.NaN);
}

function btrfsEstimate(path: string): number {
  const out = spawnSync('btrfs', ['filesystem', 'usage', '-b', path], { encoding: 'utf8' }).stdout ?? '';
  return Number(/Free \(estimated\):\s+(\d+)/.exec(out)?.[1] ?? Number.NaN);
}
