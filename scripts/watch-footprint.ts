/**
 * `npm run watch-cost` ends with it: CPU and memory of a running watch with history and page against
 * prometheus-node-exporter on this host, in the same minute. Needs root and the built command (npm run build).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../src/causes/report.ts';
import { openHistory } from '../src/watch/history/history.ts';
import { figuresOf } from '../src/watch/look.ts';
import { wholeEvery } from '../src/watch/unmoved.ts';

const COMMAND = resolve('dist/bin/ullage.cjs');
/** Seconds between looks while they are measured, and in service. */
const [INTERVAL, SERVICE] = [15, 60];
const LOOKS = 8;
/** Seconds after the start in which Node still compiles and gives memory back. */
const SETTLED = 60;
/** Of this many looks one is whole where nothing moves (src/watch/unmoved.ts). */
const WHOLE_EVERY = wholeEvery({ findings: [] });
/** Clock ticks a second in /proc/PID/stat (USER_HZ, proc(5)). */
const TICKS = 100;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Milliseconds of CPU of the process itself (schedstat, ns), and of those it started and waited for. */
function cpu({ pid = 0 }: ChildProcess): { own: number; children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const own = readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);
  return { own, children: ((Number(fields[13]) + Number(fields[14])) * 1000) / TICKS };
}

const spent = (from: ReturnType<typeof cpu>, to: ReturnType<typeof cpu>) =>
  to.own - from.own + to.children - from.children;

function resident({ pid = 0 }: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

const ask = (url: string): Promise<string> =>
  new Promise((done, failed) => {
    get(url, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => done(text));
    }).on('error', failed);
  });

async function ready(url: string, wanted: RegExp): Promise<void> {
  for (let tries = 0; tries < 480; tries++) {
    if (wanted.test(await ask(url).catch(() => ''))) return;
    await pause(250);
  }
  throw new Error(`no answer of ${url}`);
}

/** Prints both and their ratio; says what is missing where it cannot. */
export async function footprint(): Promise<void> {
  const exporter = spawnSync('sh', ['-c', 'command -v prometheus-node-exporter'], { encoding: 'utf8' }).stdout.trim();
  if (!existsSync(COMMAND) || exporter === '' || process.getuid?.() !== 0) {
    console.log('footprint: not measured: it needs root, npm run build, and prometheus-node-exporter on PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ullage-footprint-'));
  const path = join(folder, 'h.sqlite');
  const env = { ...process.env, ULLAGE_STATE_DIR: folder };
  const start = (argv: string[]) => spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore', env });
  const listen = ['--history', path, '--listen', '127.0.0.1:19726'];
  const end = async (child: ChildProcess) => {
    const over = new Promise((done) => child.once('close', done));
    child.kill('SIGTERM');
    await over;
  };
  const series = await aWeekOfHistory(path);
  const peer = start([exporter, '--web.listen-address=127.0.0.1:19725']);
  const watch = start([process.execPath, COMMAND, 'watch', '--interval', String(INTERVAL), ...listen]);
  try {
    await ready('http://127.0.0.1:19725/metrics', /node_/);
    await ready(METRICS, /ullage_look_timestamp/);
    // the first look is whole; its file helper is not waited for, and so not in it: as much as Node takes to start
    const whole = cpu(watch).children + startOfNode();
    await ask('http://127.0.0.1:19726/');
    await pause(SETTLED * 1000);
    const peerFrom = cpu(peer);
    const spared: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      const [from, was] = [cpu(watch), await wholeAt()];
      await Promise.all([ask('http://127.0.0.1:19725/metrics'), pause(INTERVAL * 1000)]);
      if ((await wholeAt()) === was) spared.push(spent(from, cpu(watch)));
    }
    const scraped = spent(peerFrom, cpu(peer)) / LOOKS;
    if (spared.length === 0) return console.log('footprint: not measured: something on this host moved in each look');
    const memory = resident(watch);
    const each = spared.reduce((sum, one) => sum + one, 0) / spared.length;
    const sample = (each * (WHOLE_EVERY - 1) + whole) / WHOLE_EVERY;
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    console.log(
      `ullage watch, a week of ${series} series behind it: ${ms(each)} of CPU a look where nothing moved (${spared.length} of ${LOOKS}; with the time between looks), ${ms(whole)} a whole one`,
    );
    console.log(
      `at ${SERVICE} s between looks, one of ${WHOLE_EVERY} whole: ${ms(sample)} of CPU a sample (${((sample / SERVICE / 1000) * 100).toFixed(3)} % of one processor), ${memory.toFixed(0)} MiB resident`,
    );
    console.log(`node_exporter: ${ms(scraped)} of CPU a scrape, ${resident(peer).toFixed(0)} MiB resident`);
    console.log(`ratio: CPU ${(sample / scraped).toFixed(1)}, memory ${(memory / resident(peer)).toFixed(1)}`);
  } finally {
    await end(watch);
    await end(peer);
    rmSync(folder, { recursive: true, force: true });
  }
}

const METRICS = 'http://127.0.0.1:19726/metrics';

async function wholeAt(): Promise<string | undefined> {
  return /^ullage_look_whole_timestamp_seconds (.+)$/m.exec(await ask(METRICS))?.[1];
}

/** Milliseconds of CPU that Node takes to start and end. */
function startOfNode(): number {
  const ran = spawnSync('sh', ['-c', '"$0" -e 0; times', process.execPath], { encoding: 'utf8' });
  const last = ran.stdout.trim().split('\n').at(-1) ?? '';
  return [...last.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60_000 + Number(s) * 1000,
    0,
  );
}

/** What this host's watch would have written in a week, a look a minute. @returns series */
async function aWeekOfHistory(path: string): Promise<number> {
  const ran = spawnSync(process.execPath, [COMMAND, 'doctor', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { stack, headroom } = JSON.parse(ran.stdout) as Report;
  const figures = figuresOf({ at: 0, seconds: 0, host: { engines: [] }, layers: stack, headroom, findings: [] });
  const history = await openHistory(path);
  const now = Math.floor(Date.now() / 1000);
  for (let at = now - 7 * 86400; at < now; at += 60) {
    // up and down by a hundredth in the day, and some noise
    const share = 1 + 0.01 * Math.sin(at / 13_750) + 0.0005 * Math.sin(at * 12.9898);
    history.write(at, new Map([...figures].map(([name, value]) => [name, Math.round(value * share)])));
  }
  history.close();
  return figures.size;
}
