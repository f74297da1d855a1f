/**
 * `npm run bench`: whole processes, ullage and its peer taking turns in one run; medians and their
 * ratio, never absolute promises. What cannot run says SKIPPED. Build first (`npm run build`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacking } from '../test/kernel/ready.ts';
import { type Dockerd, importBusybox, startDockerd } from '../test/kernel/support/dockerd.ts';
import { benchRescue } from './bench/rescue.ts';
import { benchThin } from './bench/thin.ts';
import { benchUsage } from './bench/usage.ts';
import { benchUsageAgain } from './bench/usage-again.ts';
import { benchUsageMemory } from './bench/usage-memory.ts';
import { setup } from './kernel-setup.ts';

const RUNS = Number(process.argv[2] ?? 11);
const ULLAGE = [process.execPath, 'dist/bin/ullage.cjs'];
const EMPTY = [process.execPath, '-e', '0'];

startUp();
explain();
await dockerHost();
benchThin(RUNS);
benchUsage(RUNS);
benchRescue(RUNS);
await benchUsageAgain(RUNS);
benchUsageMemory();

function startUp(): void {
  for (const flag of ['--version', '--help'])
    print(`ullage ${flag} / node -e 0`, paired([[...ULLAGE, flag]], [EMPTY]), 'goal: at most 1.2');
}

/** Own time: the process less what node itself takes. */
function explain(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  const paste = join(folder, 'paste.txt');
  let text = '';
  while (text.length < 100 * 1024)
    for (const name of readdirSync('corpus').sort())
      text += name.includes('.') ? '' : readFileSync(join('corpus', name, 'report.txt'), 'utf8');
  writeFileSync(paste, text.slice(0, 100 * 1024));
  const { ours, theirs } = paired([[...ULLAGE, 'explain', paste]], [EMPTY]);
  console.log(
    `explain, 100 KiB of the project's corpus: ${(ours - theirs).toFixed(0)} ms of own time (process ${ours.toFixed(0)} ms, node -e 0 ${theirs.toFixed(0)} ms; goal: under 150)`,
  );
  rmSync(folder, { recursive: true, force: true });
}

/** A host with 8 images and 16 containers, with few and with many files in its volumes: the peer walks them. */
async function dockerHost(): Promise<void> {
  setup();
  const lack = lacking(['loop', 'dockerd', 'docker', 'containerd', 'runc', 'busybox', 'mkfs.ext4']);
  if (lack) {
    console.log(`SKIPPED doctor on a live docker host: needs ${lack}`);
    return;
  }
  const home = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  const image = join(home, 'image');
  let daemon: Dockerd | undefined;
  try {
    writeFileSync(image, '');
    truncateSync(image, 3 * 2 ** 30);
    const data = join(home, 'data');
    mkdirSync(data);
    must('mkfs.ext4', '-q', '-F', '-N', '400000', image);
    must('mount', '-o', 'loop', image, data);
    daemon = await startDockerd(home, data, 'overlay2');
    importBusybox(daemon, home, 'busybox:0');
    for (let i = 1; i < 8; i++) {
      daemon.docker(
        'run',
        '--name',
        `build${i}`,
        '--network',
        'none',
        `busybox:${i - 1}`,
        'dd',
        'if=/dev/urandom',
        `of=/layer${i}`,
        'bs=1M',
        'count=8',
      );
      daemon.docker('commit', `build${i}`, `busybox:${i}`);
    }
    const docker = ['docker', '-H', `unix://${daemon.socket}`];
    const peer = [[...docker, 'system', 'df'], ['df'], ['lsblk']];
    for (let i = 0; i < 9; i++) {
      daemon.docker(
        'run',
        '-d',
        '--name',
        `work${i}`,
        '--network',
        'none',
        '-v',
        `work${i}:/data`,
        'busybox:7',
        'sleep',
        '100000',
      );
    }
    let files = 0;
    for (const wanted of [9_000, 200_000]) {
      for (; files < wanted; files++) {
        const folder = join(data, 'volumes', `work${files % 9}`, '_data', String(Math.floor(files / 2000)));
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, String(files)), 'x');
      }
      print(
        `ullage / docker system df + df + lsblk, ${wanted} files in volumes`,
        paired([[...ULLAGE]], peer),
        'goal: at most 1',
      );
    }
  } finally {
    for (let i = 0; i < 9; i++) daemon?.docker('kill', `work${i}`);
    await daemon?.stop();
    spawnSync('umount', ['-R', '-l', join(home, 'data')]);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Medians in milliseconds of two groups of commands, run in turns. */
function paired(ours: string[][], theirs: string[][]): { ours: number; theirs: number } {
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < RUNS + 1; i++) {
    const first = time(ours);
    const second = time(theirs);
    if (i === 0) continue; // warms the page cache
    a.push(first);
    b.push(second);
  }
  return { ours: median(a), theirs: median(b) };
}

function time(commands: string[][]): number {
  const start = performance.now();
  for (const [program = '', ...args] of commands) spawnSync(program, args, { stdio: 'ignore' });
  return performance.now() - start;
}

function median(values: number[]): number {
  values.sort((x, y) => x - y);
  return values[Math.floor(values.length / 2)] ?? 0;
}

function print(what: string, { ours, theirs }: { ours: number; theirs: number }, goal: string): void {
  console.log(`${what}: ${(ours / theirs).toFixed(2)} (${ours.toFixed(0)} ms / ${theirs.toFixed(0)} ms, ${goal})`);
}

function must(...argv: string[]): void {
  const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
}
