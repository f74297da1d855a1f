import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacking } from '../../test/kernel/ready.ts';
import { makeBtrfs, must } from '../../test/kernel/support/loops.ts';

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
  print(`${what} / du -sx`, paired(runs, [...USAGE, tree], ['du', '-sx', tree]), 'goal: at most 1.0');
  if (has('dust')) print(`${what} / dust`, paired(runs, [...USAGE, tree], ['dust', '-x', tree]), 'goal: at most 0.85');
  else console.log(`SKIPPED ${what} / dust: needs dust`);
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
    print(
      `${what} / btrfs fi du -s`,
      paired(few, [...USAGE, device], ['btrfs', 'filesystem', 'du', '-s', ...all]),
      'goal: at most 0.02',
    );
    must('btrfs', 'quota', 'enable', fs.mount);
    must('btrfs', 'quota', 'rescan', '-w', fs.mount);
    print(
      `${what} / quota rescan`,
      paired(few, [...USAGE, device], ['btrfs', 'quota', 'rescan', '-w', fs.mount]),
      'goal: at most 0.2',
    );
  } finally {
    fs.remove();
  }
}

interface Pair {
  ours: number;
  theirs: number;
  /** median of the ratios of runs that stood side by side */
  ratio: number;
}

function paired(runs: number, ours: string[], theirs: string[]): Pair {
  const pairs: { a: number; b: number }[] = [];
  for (let i = 0; i <= runs; i++) {
    const pair = { a: time(ours), b: time(theirs) };
    if (i > 0) pairs.push(pair); // the first warms the page cache
  }
  return {
    ours: median(pairs.map(({ a }) => a)),
    theirs: median(pairs.map(({ b }) => b)),
    ratio: median(pairs.map(({ a, b }) => a / b)),
  };
}

function time([program = '', ...args]: string[]): number {
  const start = performance.now();
  const { status } = spawnSync(program, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${program} ${args[0] ?? ''} failed`);
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.sort((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;
}

function print(what: string, { ours, theirs, ratio }: Pair, goal: string): void {
  console.log(`${what}: ${ratio.toFixed(3)} (${ours.toFixed(0)} ms / ${theirs.toFixed(0)} ms, ${goal})`);
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}
