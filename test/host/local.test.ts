import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UllageError } from '../../src/host/host.ts';
import { limiter } from '../../src/host/limiter.ts';
import { localHost } from '../../src/host/local.ts';
import { openHost } from '../../src/host/open.ts';

const host = localHost();
/** What would hang without a limit hangs longer than this. */
const ENDS = 30_000;
let directory: string;
let server: Server;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-local-'));
  server = createServer((request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/cut') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
      return;
    }
    if (request.url === '/big') return void response.end('x'.repeat(100_000));
    if (request.url?.startsWith('/echo')) return void response.end(request.url);
    response.writeHead(404).end('{"message":"page not found"}\n');
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'sock'), resolve));
});
afterAll(async () => {
  await host.close();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});
const file = (name: string) => join(directory, name);

describe('run', () => {
  it('gives status, stdout and stderr apart, in the C locale, with no input, in /', async () => {
    expect(await host.run(['sh', '-c', 'cat; pwd; echo $LC_ALL; echo err >&2; exit 7'])).toMatchObject({
      exitCode: 7,
      stdout: '/\nC\n',
      stderr: 'err\n',
    });
  });

  it('reads what was said in time, however long this process computes meanwhile', async () => {
    const late = host.run(['sh', '-c', `echo early; touch ${file('over')}; (sleep 0.4; echo late) &`]);
    // the program has ended when the computation begins, and the last words come during it
    while (!existsSync(file('over'))) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 60));
    // between the pipes' turn and the timers'
    await new Promise(setImmediate);
    const end = performance.now() + 700;
    while (performance.now() < end);
    expect((await late).stdout).toBe('early\nlate\n');
  });

  it('uses no shell', async () => {
    expect((await host.run(['echo', '$HOME; id', '*'])).stdout).toBe('$HOME; id *\n');
  });

  it('tells a missing program, one that may not run, and one that ends with 127', async () => {
    expect(await host.run(['no-such-program'])).toMatchObject({ notFound: true, stderr: 'no-such-program: not found' });
    writeFileSync(file('plain'), 'text');
    chmodSync(file('plain'), 0o600);
    const denied = await host.run([file('plain')]);
    expect(denied).toMatchObject({ stderr: `${file('plain')}: Permission denied` });
    expect(denied.notFound ?? denied.exitCode).toBeUndefined();
    expect((await host.run(['sh', '-c', 'exit 127'])).notFound).toBeUndefined();
  });

  it('finds what lives in sbin though PATH lacks it', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/usr/bin:/bin';
    try {
      expect((await host.run(['sh', '-c', 'echo $PATH'])).stdout).toMatch(/^\/usr\/bin:\/bin:.*\/usr\/sbin:\/sbin/);
    } finally {
      process.env['PATH'] = before;
    }
  });

  it('stops at the time limit what ignores SIGTERM, and keeps what was printed', async () => {
    const ran = await host.run(['sh', '-c', 'trap "" TERM; echo begun; while :; do sleep 0.1; done'], {
      // by then a shell has begun on a slow machine too
      timeoutMs: 2000,
    });
    expect(ran).toMatchObject({ timedOut: true, stdout: 'begun\n' });
    expect(ran.exitCode).toBeUndefined();
    expect(ran.durationMs).toBeLessThan(ENDS);
  });

  it('does not wait for a background process that holds the pipe', async () => {
    const ran = await host.run(['sh', '-c', 'sleep 60 & echo done'], { timeoutMs: 60_000 });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(ran.durationMs).toBeLessThan(ENDS);
  });

  it('cuts endless output', async () => {
    const ran = await host.run(['yes'], { maxBytes: 100_000, timeoutMs: ENDS });
    expect(ran).toMatchObject({ truncated: true });
    expect(ran.stdout).toHaveLength(100_000);
  });

  it('has no exit status for a program that a signal ended', async () => {
    const ran = await host.run(['sh', '-c', 'kill -9 $$']);
    expect(ran.exitCode).toBeUndefined();
    expect(ran.timedOut).toBeUndefined();
  });

  it.each([[['']], [['a\0b']], [[]]])('answers for %j instead of throwing', async (argv) => {
    expect((await host.run(argv)).exitCode).toBeUndefined();
  });
});

describe('read and statfs', () => {
  it('reads files, and the files of the kernel that say they are empty', async () => {
    writeFileSync(file('text'), 'one\n\xff');
    expect(await host.read(file('text'))).toEqual({ ok: true, content: 'one\n\xff' });
    const mounts = await host.read('/proc/self/mounts');
    expect(mounts.ok && mounts.content.length).toBeGreaterThan(10);
  });

  it('cuts at the limit', async () => {
    writeFileSync(file('long'), 'x'.repeat(200_000));
    expect(await host.read(file('long'), { maxBytes: 70_000 })).toEqual({
      ok: true,
      content: 'x'.repeat(70_000),
      truncated: true,
    });
    expect(await host.read(file('long'), { maxBytes: 200_000 })).toEqual({ ok: true, content: 'x'.repeat(200_000) });
  });

  it('opens neither FIFOs nor devices nor directories, and does not block', async () => {
    execFileSync('mkfifo', [file('fifo')]);
    for (const path of [file('fifo'), '/dev/null', '/dev/tty', directory]) {
      const got = await host.read(path, { timeoutMs: ENDS });
      expect(got).toMatchObject({ ok: false, reason: 'other', message: `${path}: not a regular file` });
    }
  });

  it('tells missing from denied', async () => {
    expect(await host.read(file('nope'))).toMatchObject({ ok: false, reason: 'missing' });
    expect(await host.read(join(file('text'), 'below'))).toMatchObject({ ok: false, reason: 'missing' });
    expect(await host.statfs(file('nope'))).toMatchObject({ ok: false, reason: 'missing' });
  });

  it('has the numbers of stat(1)', async () => {
    const got = await host.statfs('/dev');
    const [type, ...numbers] = execFileSync('stat', ['-f', '-c', '%t %S %b %c', '/dev'], { encoding: 'utf8' })
      .trim()
      .split(' ');
    expect(got.ok && [got.value.type, got.value.blockSize, got.value.blocks, got.value.files]).toEqual([
      Number.parseInt(type ?? '', 16),
      ...numbers.map(Number),
    ]);
  });

  it('goes on with a new helper when the first one hangs', async () => {
    const own = localHost();
    await own.read('/proc/self/mounts');
    const stopped = helpers().filter((pid) => !before.has(pid));
    expect(stopped.length).toBeGreaterThan(0);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    const started = performance.now();
    expect(await own.read('/proc/self/mounts', { timeoutMs: 300 })).toMatchObject({ ok: false, reason: 'timeout' });
    expect(performance.now() - started).toBeLessThan(ENDS);
    expect(await own.read('/proc/self/mounts')).toMatchObject({ ok: true });
    await own.close();
  });
  let before: Set<number>;
  beforeAll(async () => {
    await host.read('/proc/self/mounts');
    before = new Set(helpers());
  });
});

/** our children that run node -e */
function helpers(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[1] === '-e';
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('get', () => {
  it('gives the body, the daemon’s error, and curl’s statuses', async () => {
    expect(await host.get(file('sock'), '/echo?filters={"a":["ü b"]}')).toMatchObject({
      exitCode: 0,
      stdout: '/echo?filters={"a":["%C3%BC%20b"]}',
    });
    expect(await host.get(file('sock'), '/nope')).toMatchObject({
      exitCode: 22,
      stdout: '',
      stderr: `GET /nope on ${file('sock')}: HTTP 404: {"message":"page not found"}`,
    });
    expect(await host.get(file('none'), '/')).toMatchObject({
      exitCode: 7,
      stderr: `cannot connect to ${file('none')}: no such socket`,
    });
    expect(await host.get(file('sock'), '/cut')).toMatchObject({ exitCode: 52 });
  });

  it('ends at its limits', async () => {
    const hung = await host.get(file('sock'), '/hang', { timeoutMs: 200 });
    expect(hung).toMatchObject({ timedOut: true });
    expect(hung.durationMs).toBeLessThan(ENDS);
    const big = await host.get(file('sock'), '/big', { maxBytes: 1000 });
    expect(big).toMatchObject({ truncated: true });
    expect(big.stdout).toHaveLength(1000);
  });
});

describe('around it', () => {
  it('keeps node alive for nothing', () => {
    const url = new URL('../../src/host/local.ts', import.meta.url).href;
    const program = `const { localHost } = await import(${JSON.stringify(url)}); const h = localHost(); await h.read('/proc/self/mounts'); await h.run(['sh', '-c', 'sleep 120 &']); console.log('end');`;
    const ran = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      encoding: 'utf8',
      timeout: 80_000,
    });
    expect(ran).toMatchObject({ status: 0, stdout: 'end\n' });
  });

  it('runs so many at a time and no more, in order', async () => {
    const inTurn = limiter(3);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        inTurn(async () => {
          order.push(index);
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 2));
          running--;
          if (index === 5) throw new Error('one fails');
        }).catch(() => {}),
      ),
    );
    expect(most).toBe(3);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('opens this host by default and refuses what is no host', async () => {
    for (const spec of [undefined, 'local']) expect((await openHost(spec)).label).toBe('this host');
    await expect(openHost('db1')).rejects.toThrow(UllageError);
    await expect(openHost('ssh://-oProxyCommand=id')).rejects.toThrow(UllageError);
  });
});
