import { type SpawnSyncReturns, spawnSync } from 'node:child_process';

/** Seconds; `cpu` is user and system of the process and its children. */
interface Took {
  wall: number;
  cpu: number;
}

/** One side of a comparison: whole processes, one after the other. */
export interface Side {
  commands: readonly (readonly string[])[];
  /** what is printed goes through a pipe into `cat`, as to a program that takes it, instead of to /dev/null */
  piped?: boolean;
  /** before each run, not measured */
  before?: () => void;
  /** an exit status beside 0 that is no failure */
  alsoFine?: number;
}

/** Runs both sides in turns and prints the medians of each, and of the ratios of each pair. The first pair warms caches. */
export function compare(what: string, ours: Side, theirs: Side, runs: number, goal: string): void {
  const pairs: { ours: Took; theirs: Took }[] = [];
  for (let i = 0; i <= runs; i++) {
    const pair = { ours: measure(ours), theirs: measure(theirs) };
    if (i > 0) pairs.push(pair);
  }
  const of = (pick: (pair: { ours: Took; theirs: Took }) => number): string => median(pairs.map(pick)).toFixed(2);
  const side = (key: 'ours' | 'theirs'): string =>
    `${of((pair) => pair[key].wall)} s wall, ${of((pair) => pair[key].cpu)} s CPU`;
  const wall = of((pair) => pair.ours.wall / pair.theirs.wall);
  const cpu = of((pair) => pair.ours.cpu / pair.theirs.cpu);
  console.log(`${what}: ${wall} wall, ${cpu} CPU (${side('ours')} / ${side('theirs')}; ${goal})`);
}

/** bash's own `time` knows what its children used. */
function measure({ commands, piped, before, alsoFine }: Side): Took {
  before?.();
  const took = { wall: 0, cpu: 0 };
  for (const argv of commands) {
    const run = piped ? '"$@" 2>/dev/null | cat >/dev/null' : '"$@" >/dev/null 2>&1';
    const script = `set -o pipefail; TIMEFORMAT="%R %U %S"; time ${run}`;
    const done = spawnSync('bash', ['-c', script, 'bash', ...argv], { encoding: 'utf8' });
    if (done.status !== 0 && done.status !== alsoFine) throw new Error(`${argv.join(' ')} ended with ${done.status}`);
    const [wall = 0, user = 0, system = 0] = done.stderr.trim().split(' ').map(Number);
    took.wall += wall;
    took.cpu += user + system;
  }
  return took;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** @throws Error with what it said */
export function must(...argv: string[]): string {
  const done: SpawnSyncReturns<string> = spawnSync(argv[0] ?? '', argv.slice(1), {
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  });
  if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr || done.error?.message}`);
  return done.stdout;
}

/** The runner of newer programs of a Debian package, unpacked beside the system's; undefined where they cannot be had. */
export function newerPeer(packageName: string): string | undefined {
  const brought = spawnSync('bash', ['scripts/bench/newer-peers.sh', packageName], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return brought.status === 0 ? brought.stdout.trim() : undefined;
}

/** Peak memory of a whole process in MiB: VmHWM of /proc/PID/status, which its exit prints through this preload. */
export function peakMiB(argv: readonly string[]): number {
  const script = 'process.on("exit", () => process.stderr.write("\\nPEAK " + process.resourceUsage().maxRSS + "\\n"))';
  const done = spawnSync('bash', ['-c', '"$@" | cat >/dev/null', 'bash', ...argv], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` },
  });
  return Number(/PEAK (\d+)/.exec(done.stderr)?.[1] ?? Number.NaN) / 1024;
}
