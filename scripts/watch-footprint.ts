/**
 * `npm run watch-cost` ends with it: CPU and memory of a running watch with history and page against
 * prometheus-node-exporter on this host, in the same minute. Needs root and the built command (npm run build).
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const COMMAND = resolve('dist/bin/ullage.cjs');
const INTERVAL = 2;
/** Looks measured: two rounds of ten, so that whole looks and spared ones are there as they are in the long run. */
const LOOKS = 20;
/** Clock ticks a second in /proc/PID/stat (USER_HZ, proc(5)). */
const TICKS = 100;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Milliseconds of CPU, of the process and of those it started and waited for; a child at work is not in it yet. */
function cpu({ pid = 0 }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ([11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0) * 1000) / TICKS;
}

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

/** Prints two lines and their ratio; says what is missing where it cannot. */
export async function footprint(): Promise<void> {
  const exporter = spawnSync('sh', ['-c', 'command -v prometheus-node-exporter'], { encoding: 'utf8' }).stdout.trim();
  if (!existsSync(COMMAND) || exporter === '' || process.getuid?.() !== 0) {
    console.log('footprint: not measured: it needs root, npm run build, and prometheus-node-exporter on PATH');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ullage-footprint-'));
  const start = (argv: string[]) =>
    spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore', env: { ...process.env, ULLAGE_STATE_DIR: folder } });
  const peer = start([exporter, '--web.listen-address=127.0.0.1:19725']);
  const listen = ['--listen', '127.0.0.1:19726', '--history', join(folder, 'h.sqlite')];
  const watch = start([process.execPath, COMMAND, 'watch', '--interval', String(INTERVAL), ...listen]);
  try {
    await ready('http://127.0.0.1:19725/metrics', /node_/);
    await ready('http://127.0.0.1:19726/metrics', /ullage_look_timestamp/);
    await ask('http://127.0.0.1:19726/');
    const [watchFrom, peerFrom] = [cpu(watch), cpu(peer)];
    for (let look = 0; look < LOOKS; look++) {
      await Promise.all([ask('http://127.0.0.1:19725/metrics'), pause(INTERVAL * 1000)]);
    }
    const watched = (cpu(watch) - watchFrom) / LOOKS;
    const scraped = (cpu(peer) - peerFrom) / LOOKS;
    console.log(`ullage watch: ${watched.toFixed(1)} ms of CPU a look, ${resident(watch).toFixed(0)} MiB resident`);
    console.log(`node_exporter: ${scraped.toFixed(1)} ms of CPU a scrape, ${resident(peer).toFixed(0)} MiB resident`);
    console.log(
      `ratio: CPU ${(watched / scraped).toFixed(1)}, memory ${(resident(watch) / resident(peer)).toFixed(1)} (at 60 s between looks ${((watched / 60_000) * 100).toFixed(2)} % of one processor)`,
    );
  } finally {
    for (const child of [watch, peer]) {
      const over = new Promise((done) => child.once('close', done));
      child.kill('SIGTERM');
      await over;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
