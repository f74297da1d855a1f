/**
 * `npm run watch-cost` ends with it: CPU and memory of a running watch with history and page against
 * prometheus-node-exporter on this host, in the same minute. Needs root and the built command (npm run build); the
 * exporter is brought by scripts/kernel-setup.sh where it is not installed.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../src/causes/report.ts';
import { openHistory } from '../src/watch/history/history.ts';
import { figuresOf } from '../src/watch/look.ts';
import { wholeEvery } from '../src/watch/unmoved.ts';
import { setup } from './kernel-setup.ts';

/** A file system of its own, bytes, in which a file grows by a share of it between two looks while something is to move. */
const GROWS = 64 * 2 ** 20;
const GROWS_BY = 0.01;

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
  setup();
  const exporter = spawnSync('sh', ['-c', 'command -v prometheus-node-exporter'], { encoding: 'utf8' }).stdout.trim();
  if (!existsSync(COMMAND) || exporter === '' || process.getuid?.() !== 0) {
    console.log('footprint: not measured: it needs root, npm run build, and prometheus-node-exporter');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ullage-footprint-'));
  const path = join(folder, 'h.sqlite');
  const grows = join(folder, 'grows');
  mkdirSync(grows);
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${GROWS}`, 'ullage-grows', grows]);
  const env = { ...process.env, ULLAGE_STATE_DIR: folder };
  const start = (argv: string[]) => spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore', env });
  const listen = ['--history', path, '--listen', '127.0.0.1:19726'];
  const end = async (child: ChildProcess) => {
    const over = new Promise((done) => child.once('close', done));
    child.kill('SIGTERM');
    await over;
  };
  const { series, sent } = await aWeekOfHistory(path);
  const peer = start([exporter, '--web.listen-address=127.0.0.1:19725']);
  const watch = start([process.execPath, COMMAND, 'watch', '--interval', String(INTERVAL), '--on', grows, ...listen]);
  try {
    await ready('http://127.0.0.1:19725/metrics', /node_/);
    await ready(METRICS, /ullage_look_timestamp/);
    // the first look is whole; a file helper is not waited for, and so not in it: as much as Node takes to start
    const helper = sent ? startOfNode() : 0;
    const whole = cpu(watch).children + helper;
    await ask('http://127.0.0.1:19726/');
    await pause(SETTLED * 1000);
    const peerFrom = cpu(peer);
    const spared = (await looks(watch)).filter((look) => !look.whole).map((look) => look.ms);
    const moving = await looks(watch, () => appendFileSync(join(grows, 'file'), Buffer.alloc(GROWS * GROWS_BY)));
    const scraped = spent(peerFrom, cpu(peer)) / (2 * LOOKS);
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
    const ratio = (value: number) => (value / scraped).toFixed(1);
    console.log(`ratio: CPU ${ratio(sample)}, memory ${(memory / resident(peer)).toFixed(1)}`);
    const wholes = moving.filter((look) => look.whole).length;
    const moved = moving.reduce((sum, look) => sum + look.ms + (look.whole ? helper : 0), 0) / LOOKS;
    console.log(
      `a file grows by ${GROWS_BY * 100} % of its file system between two looks: ${ms(moved)} of CPU a sample (${wholes} of ${LOOKS} looks whole), ratio ${ratio(moved)}`,
    );
    console.log(
      `each look whole (as where a pool or btrfs is written to all the time): ${ms(each + whole)} of CPU a sample, ratio ${ratio(each + whole)}`,
    );
  } finally {
    await end(watch);
    await end(peer);
    spawnSync('umount', [grows]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** CPU of as many looks, each with a scrape of the other beside it. `before`: what happens before each. */
async function looks(watch: ChildProcess, before?: () => void): Promise<{ ms: number; whole: boolean }[]> {
  const seen: { ms: number; whole: boolean }[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const [from, was] = [cpu(watch), await wholeAt()];
    before?.();
    await Promise.all([ask('http://127.0.0.1:19725/metrics'), pause(INTERVAL * 1000)]);
    seen.push({ ms: spent(from, cpu(watch)), whole: (await wholeAt()) !== was });
  }
  return seen;
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

/** A doctor's report, and whether it sent a file helper: a Node that runs a program given with -e. */
async function doctorRun(): Promise<{ text: string; sent: boolean }> {
  const child = spawn(process.execPath, [COMMAND, 'doctor', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const isHelper = (pid: string) => {
    const [program, flag] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program === process.execPath && flag === '-e';
  };
  let [text, sent] = ['', false];
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const watched = setInterval(() => {
    try {
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
      sent ||= children.split(' ').some((pid) => pid !== '' && isHelper(pid));
    } catch {
      // one that ended meanwhile
    }
  }, 5);
  await new Promise((done) => child.once('close', done));
  clearInterval(watched);
  return { text, sent };
}

/** What this host's watch would have written in a week, a look a minute. */
async function aWeekOfHistory(path: string): Promise<{ series: number; sent: boolean }> {
  const { text, sent } = await doctorRun();
  const { stack, headroom } = JSON.parse(text) as Report;
  const figures = figuresOf({ at: 0, seconds: 0, host: { engines: [] }, layers: stack, headroom, findings: [] });
  const history = await openHistory(path);
  const now = Math.floor(Date.now() / 1000);
  for (let at = now - 7 * 86400; at < now; at += 60) {
    // up and down by a hundredth in the day, and some noise
    const share = 1 + 0.01 * Math.sin(at / 13_750) + 0.0005 * Math.sin(at * 12.9898);
    history.write(at, new Map([...figures].map(([name, value]) => [name, Math.round(value * share)])));
  }
  history.close();
  return { series: figures.size, sent };
}
