import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacking } from '../../test/kernel/ready.ts';
import { makeBtrfs, must } from '../../test/kernel/support/loops.ts';
import { compare, newerPeer, type Side } from './compare.ts';

const USAGE = [process.execPath, 'dist/bin/ullage.cjs', 'usage', '--json', '--quiet'];
const FILES = 100_000;
const SUBVOLUMES = 300;

/** Who holds what: a btrfs of snapshots against `btrfs fi du -s` and a quota rescan, directories against du and dust. */
export function benchUsage(runs: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  try {
    directories(folder, runs);
    btrfs(folder, runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function directories(folder: string, runs: number): void {
  const tree = join(folder, 'tree');
  for (let i = 0; i < FILES; i++) {
    const directory = join(tree, `layer${i % 40}`, 'diff', `d${Math.floor(i / 320)}`);
    if (i % 320 < 40) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, String(i)), 'x'.repeat((i * 7919) % 6000));
  }
  const what = `usage of ${FILES} files, warm`;
  const ours: Side = { commands: [[...USAGE, tree]] };
  compare(`${what} / du -sx`, ours, { commands: [['du', '-sx', tree]] }, runs, 'goal: wall at most 1.0');
  const runner = newerPeer('du-dust');
  if (runner === undefined) console.log(`SKIPPED ${what} / dust: needs du-dust of a newer Debian`);
  else
    compare(
      `${what} / dust`,
      ours,
      { commands: [[runner, 'dust', '-P', '-x', tree]] },
      runs,
      'goal: wall at most 0.85',
    );
}

function btrfs(folder: string, runs: number): void {
  const lack = lacking(['loop', 'mkfs.btrfs', 'btrfs']);
  if (lack) {
    console.log(`SKIPPED usage of a btrfs: needs ${lack}`);
    return;
  }
  const fs = makeBtrfs(join(folder, 'btrfs'), 1, [], 'noatime', 4 * 2 ** 30);
  try {
    const at = (name: string): string => join(fs.mount, name);
    must('btrfs', '-q', 'subvolume', 'create', at('s0'));
    for (let i = 0; i < 5000; i++) {
      const directory = join(at('s0'), `d${i % 100}`);
      if (i < 100) mkdirSync(directory);
      writeFileSync(join(directory, String(i)), 'x'.repeat((i * 7919) % 9000));
    }
    for (let i = 1; i < SUBVOLUMES; i++) {
      must('btrfs', '-q', 'subvolume', 'snapshot', at(`s${Math.floor(i / 2)}`), at(`s${i}`));
      for (let k = 0; k < 20; k++)
        writeFileSync(join(at(`s${i}`), `d${(i * 7 + k) % 100}`, `new${k}`), 'y'.repeat(5000));
    }
    must('sync', '-f', fs.mount);
    const all = Array.from({ length: SUBVOLUMES }, (_, i) => at(`s${i}`));
    const device = fs.devices[0] ?? '';
    const what = `usage of a btrfs of ${SUBVOLUMES} subvolumes`;
    const few = Math.min(runs, 3);
    const ours: Side = { commands: [[...USAGE, device]] };
    const du: Side = { commands: [['btrfs', 'filesystem', 'du', '-s', ...all]] };
    compare(`${what} / btrfs fi du -s`, ours, du, few, 'goal: at most 0.02');
    must('btrfs', 'quota', 'enable', fs.mount);
    must('btrfs', 'quota', 'rescan', '-w', fs.mount);
    const rescan: Side = { commands: [['btrfs', 'quota', 'rescan', '-w', fs.mount]] };
    compare(`${what} / quota rescan`, ours, rescan, few, 'goal: wall at most 0.2; a rescan works in the kernel');
  } finally {
    fs.remove();
  }
}
