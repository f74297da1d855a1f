/**
 * `npx tsx scripts/bench/thin.ts [RUNS] [MAPPINGS]`, also part of `npm run bench`: `ullage thin`
 * against thin-provisioning-tools 1.x (Rust) and 0.9 (C++), whole processes in turns, wall and CPU.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeThinXml } from './thin-xml.ts';

interface Took {
  /** seconds */
  wall: number;
  cpu: number;
}

const ULLAGE = [process.execPath, 'dist/bin/ullage.cjs', 'thin'];
const COLUMNS = ['--no-headers', '-o', 'DEV,MAPPED_BLOCKS,EXCLUSIVE_BLOCKS,SHARED_BLOCKS'];

export function benchThin(runs: number, mappings = 10_000_000): void {
  const old = spawnSync('thin_restore', ['-V'], { encoding: 'utf8' });
  const brought = spawnSync('bash', ['scripts/bench/newer-peers.sh', 'thin-provisioning-tools'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (old.status !== 0 || brought.status !== 0) {
    console.log(`SKIPPED thin pools: needs thin-provisioning-tools ${old.status === 0 ? '1.x' : '0.9'}`);
    return;
  }
  const newer = [brought.stdout.trim()];
  const said = spawnSync(newer[0] ?? '', ['thin_ls', '--version'], { encoding: 'utf8' }).stdout.trim();
  const versions = { newer: said.split(' ').at(-1) ?? '1.x', old: old.stdout.trim() || '0.9' };
  // memory, where there is a file system of it: both peers read past the page cache, disks differ
  const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ullage-bench-'));
  try {
    for (const [size, shared] of [
      [mappings, false],
      [mappings, true],
      [mappings / 10, false],
    ] as const) {
      const xml = join(home, 'pool.xml');
      const pool = join(home, 'pool');
      const made = writeThinXml(xml, { mappings: size, devices: 1000, bases: 50, shared });
      rmSync(pool, { force: true });
      writeFileSync(pool, '');
      truncateSync(pool, 600 * 2 ** 20);
      must([...(shared ? newer : []), 'thin_restore', '-i', xml, '-o', pool]);
      rmSync(xml);
      const name = `${(made / 1e6).toFixed(1)} M mappings, ${shared ? 'leaves shared' : 'none shared'}`;
      const list = [...newer, 'thin_ls', ...COLUMNS, pool];
      const check = [...newer, 'thin_check', pool];
      const rmap = [...newer, 'thin_rmap', '--region', '0..100000000', pool];
      const goal = shared || size < mappings ? 'goal: wall at most 0.40' : 'goal: at most 0.65 wall, 0.70 CPU';
      compare(`thin ls / thin_ls ${versions.newer}, ${name}`, [...ULLAGE, 'ls', pool], [list], runs, goal);
      compare(
        `thin ls / thin_ls ${versions.old}, ${name}`,
        [...ULLAGE, 'ls', pool],
        [['thin_ls', ...COLUMNS, pool]],
        runs,
        'goal: wall at most 0.25',
      );
      compare(
        `thin check / thin_check ${versions.newer}, ${name}`,
        [...ULLAGE, 'check', pool],
        [check],
        runs,
        'goal: at most 0.80 CPU',
      );
      compare(
        `thin check --ls / thin_ls + thin_check + thin_rmap ${versions.newer}, ${name}`,
        [...ULLAGE, 'check', '--ls', pool],
        [list, check, rmap],
        runs,
        'goal: at most 0.40',
      );
      compare(
        `thin dump / thin_dump ${versions.newer}, ${name}`,
        [...ULLAGE, 'dump', pool],
        [[...newer, 'thin_dump', pool]],
        Math.min(runs, 3),
        'no goal: 1.x writes what is shared once',
      );
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Medians of both sides, and of the ratios of each pair. */
function compare(what: string, ours: string[], theirs: string[][], runs: number, goal: string): void {
  const pairs: { ours: Took; theirs: Took }[] = [];
  for (let i = 0; i <= runs; i++) {
    const pair = { ours: measure([ours]), theirs: measure(theirs) };
    if (i > 0) pairs.push(pair);
  }
  const of = (pick: (pair: { ours: Took; theirs: Took }) => number): string => {
    const sorted = pairs.map(pick).sort((a, b) => a - b);
    return (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(2);
  };
  const side = (key: 'ours' | 'theirs'): string =>
    `${of((pair) => pair[key].wall)} s wall, ${of((pair) => pair[key].cpu)} s CPU`;
  const wall = of((pair) => pair.ours.wall / pair.theirs.wall);
  const cpu = of((pair) => pair.ours.cpu / pair.theirs.cpu);
  console.log(`${what}: ${wall} wall, ${cpu} CPU (${side('ours')} / ${side('theirs')}; ${goal})`);
}

/** bash's own `time` knows what its children used. */
function measure(commands: readonly string[][]): Took {
  const took = { wall: 0, cpu: 0 };
  for (const argv of commands) {
    const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1';
    const done = spawnSync('bash', ['-c', script, 'bash', ...argv], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${argv.join(' ')} ended with ${done.status}`);
    const [wall = 0, user = 0, system = 0] = done.stderr.trim().split(' ').map(Number);
    took.wall += wall;
    took.cpu += user + system;
  }
  return took;
}

function must(argv: string[]): void {
  const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  benchThin(Number(process.argv[2] ?? 7), Number(process.argv[3] ?? 10_000_000));
