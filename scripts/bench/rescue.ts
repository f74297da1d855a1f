/**
 * `npx tsx scripts/bench/rescue.ts [RUNS]`, also part of `npm run bench`: files out of ext4 and xfs
 * images by `ullage rescue files` against what else takes them out, whole processes in turns.
 * The image is in the page cache, each mount's own is not. Mounting needs root; ullage does not.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lacking } from '../../test/kernel/ready.ts';
import { compare, must, newerPeer, peakMiB, type Side } from './compare.ts';
import { putIntoPool } from './scattered-pool.ts';
import { makeTree } from './tree.ts';

const FILES = [process.execPath, 'dist/bin/ullage.cjs', 'rescue', 'files'];
const SIZE = 2 * 2 ** 30;
const MEMORY = '/dev/shm';
/** all that stands there at once */
const ROOM = 8 * 2 ** 30;

export function benchRescue(runs: number): void {
  const lack = lacking(['loop', 'mkfs.ext4', 'mkfs.xfs', 'tar', 'thin_restore']);
  if (lack) {
    console.log(`SKIPPED rescue of a file system: needs ${lack}`);
    return;
  }
  const home = mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : tmpdir(), 'ullage-bench-'));
  const at = join(home, 'mounted');
  try {
    mkdirSync(at);
    const tree = join(home, 'tree');
    const entries = makeTree(tree);
    const ext4 = emptyImage(join(home, 'ext4'));
    must('mkfs.ext4', '-q', '-F', '-N', '150000', '-d', tree, ext4);
    const xfs = emptyImage(join(home, 'xfs'));
    must('mkfs.xfs', '-q', '-f', xfs);
    must('mount', '-o', 'loop', xfs, at);
    must('cp', '-a', `${tree}/.`, at);
    must('umount', at);
    rmSync(tree, { recursive: true });
    onPipe('ext4', ext4, at, entries, runs);
    onPipe('xfs', xfs, at, entries, runs);
    intoFiles(ext4, join(home, 'out'), entries, runs);
    throughThin(ext4, home, entries, runs);
  } finally {
    spawnSync('umount', [at], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
  }
}

function onPipe(format: string, image: string, at: string, entries: number, runs: number): void {
  const ours: Side = { commands: [[...FILES, image, '/', '--to', '-', '--quiet']], piped: true };
  const what = `rescue of ${entries} entries of ${format} to tar on a pipe`;
  const version = must('tar', '--version').split('\n')[0]?.split(' ').at(-1);
  const script = 'mount -o loop,ro "$1" "$2" && tar -C "$2" -cf - . ; said=$?; umount "$2" && exit $said';
  const mounted: Side = { commands: [['bash', '-c', script, 'bash', image, at]], piped: true };
  compare(
    `${what} / mount + tar ${version} (root; the loop device's own thread is not in its CPU; checks as the kernel, leaves xattrs out)`,
    ours,
    mounted,
    runs,
    'goal: at most 0.40 wall, 0.65 CPU',
  );
  compare(
    `${what} / cat image | cat`,
    ours,
    { commands: [['cat', image]], piped: true },
    runs,
    'goal: wall at most 1.25',
  );
  console.log(`${what}: peak ${peakMiB(ours.commands[0] ?? []).toFixed(0)} MiB (goal: at most 130)`);
}

function intoFiles(image: string, out: string, entries: number, runs: number): void {
  const few = Math.min(runs, 5);
  const before = (): void => {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
  };
  const ours: Side = { commands: [[...FILES, image, '/', '--to', out, '--quiet']], before };
  const what = `rescue of ${entries} entries of ext4 into files`;
  const said = spawnSync('debugfs', ['-V'], { encoding: 'utf8' });
  const version = /debugfs ([\d.]+)/.exec(said.stderr ?? '')?.[1];
  if (version === undefined) console.log(`SKIPPED ${what} / debugfs rdump: needs debugfs`);
  else
    compare(
      `${what} / debugfs ${version} rdump (checks the sums of inodes, directories and extents too and leaves out what does not match; keeps no hard links, reads no xattrs)`,
      ours,
      { commands: [['debugfs', '-R', `rdump / ${out}`, image]], before },
      few,
      'goal: wall at most 0.85',
    );
  const runner = newerPeer('7zip');
  if (runner === undefined) console.log(`SKIPPED ${what} / 7z: needs 7zip of a newer Debian`);
  else {
    const seven = [runner, '../lib/7zip/7z'];
    const its = spawnSync(runner, ['../lib/7zip/7z'], { encoding: 'utf8' });
    const its7 = /7-Zip[^\d]*([\d.]+)/.exec(its.stdout ?? '')?.[1] ?? '';
    compare(
      `${what} / 7z ${its7} x (no owners; refuses symlinks that lead out)`,
      ours,
      { commands: [[...seven, 'x', '-y', `-o${out}`, image]], before, alsoFine: 2 },
      few,
      'goal: wall at most 0.55',
    );
  }
  rmSync(out, { recursive: true, force: true });
}

function throughThin(image: string, home: string, entries: number, runs: number): void {
  const { data, metadata } = putIntoPool(image, home);
  const source = ['--data', data, '--metadata', metadata];
  compare(
    `rescue of ${entries} entries of ext4 through a thin device of scattered blocks of 64 KiB / in a plain image`,
    { commands: [[...FILES, ...source, 'device:1', '/', '--to', '-', '--quiet']], piped: true },
    { commands: [[...FILES, image, '/', '--to', '-', '--quiet']], piped: true },
    runs,
    'goal: at most 1.2',
  );
}

function emptyImage(path: string): string {
  writeFileSync(path, '');
  truncateSync(path, SIZE);
  return path;
}

function hasRoom(path: string): boolean {
  if (!existsSync(path)) return false;
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize >= ROOM;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) benchRescue(Number(process.argv[2] ?? 7));
