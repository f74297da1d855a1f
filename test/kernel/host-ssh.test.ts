import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openChangingHost } from '../../src/host/changing.ts';
import type { Ran } from '../../src/host/host.ts';
import { RUNNING } from '../../src/host/left-behind.ts';
import { localHost } from '../../src/host/local.ts';
import { type SshHost, sshHost } from '../../src/host/ssh.ts';
import { kernelSuite } from './ready.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

kernelSuite('ssh and local doors give the same answers', ['sshd', 'ssh', 'ssh-keygen'], () => {
  const local = localHost();
  let directory: string;
  let sshd: Sshd | undefined;
  let ssh: SshHost;
  let http: Server;
  const before = process.env['ULLAGE_SSH_CONFIG'];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ullage-sshd-'));
    const file = (name: string) => join(directory, name);
    sshd = await startSshd(directory);
    process.env['ULLAGE_SSH_CONFIG'] = sshd.config;
    http = createHttp((request, response) => {
      if (request.url === '/info') response.end('{"Driver":"overlay2"}');
      else response.writeHead(404).end('{"message":"page not found"}');
    });
    await new Promise<void>((resolve) => http.listen(file('api.sock'), resolve));
    writeFileSync(file('text'), 'one\ntwo\n');
    writeFileSync(file('big'), 'x'.repeat(5000));
    writeFileSync(file('denied'), 'secret', { mode: 0 });
    execFileSync('mkfifo', [file('fifo')]);
    ssh = sshHost(sshd.target);
    await ssh.connect();
  });

  afterAll(async () => {
    await ssh?.close();
    await local.close();
    http?.close();
    sshd?.stop();
    if (before === undefined) delete process.env['ULLAGE_SSH_CONFIG'];
    else process.env['ULLAGE_SSH_CONFIG'] = before;
    rmSync(directory, { recursive: true, force: true });
  });

  const same = async (argv: string[], options?: { maxBytes?: number; timeoutMs?: number }) => {
    const [here, there] = await Promise.all([local.run(argv, options), ssh.run(argv, options)]);
    expect(withoutTime(there)).toEqual(withoutTime(here));
    return here;
  };

  it.each<[string[]]>([
    [['true']],
    [['false']],
    [['echo', 'hello']],
    [['uname', '-a']],
    [['pwd']],
    [['sh', '-c', 'echo out; echo err >&2; exit 3']],
    [['sh', '-c', 'exit 127']],
    [['sh', '-c', 'exit 126']],
    [['sh', '-c', 'exit 255']],
    [['sh', '-c', 'cat; echo end of input']],
    [
      [
        'printf',
        '%s|',
        "it's",
        '"quoted"',
        '$(id)',
        '`id`',
        '$HOME',
        'two\nlines',
        'tab\t',
        '漢字 ä',
        '*',
        '~',
        '-n',
        '',
        '\\',
        '!!',
        'a;b&c|d>e<f#g',
      ],
    ],
    [['printf', 'no newline at the end']],
    [['printf', '\\377\\376 not UTF-8']],
    [['sh', '-c', 'echo $LC_ALL']],
    [['losetup', '--version']],
    [['dmesg', '--no-such-option']],
    [['no-such-program-here']],
    [['/no/such/program']],
    [['/etc/passwd']],
    [['-v']],
    [['cat', '/nonexistent']],
    [['seq', '1', '20000']],
  ])('run %j', async (argv) => {
    await same(argv);
  });

  it('tells a missing program from one that ends with 127', async () => {
    expect(await ssh.run(['no-such-program-here'])).toMatchObject({ notFound: true });
    expect(await ssh.run(['sh', '-c', 'exit 127'])).toMatchObject({ exitCode: 127 });
    expect((await ssh.run(['sh', '-c', 'exit 127'])).notFound).toBeUndefined();
  });

  it('cuts output at the same byte', async () => {
    expect((await same(['seq', '1', '5000'], { maxBytes: 1000 })).truncated).toBe(true);
  });

  it('carries arguments longer than a pipe and more than one can type', async () => {
    await same(['printf', '%s', `${'long '.repeat(4000)}'`]);
  });

  it('stops waiting at the time limit on both sides, and ends what it left behind', async () => {
    const tag = `3${process.pid % 1000}000.25`;
    const [here, there] = await Promise.all([local, ssh].map((host) => host.run(['sleep', tag], { timeoutMs: 500 })));
    expect(withoutTime(here as Ran)).toEqual(withoutTime(there as Ran));
    expect(there).toMatchObject({ timedOut: true });
    // it would sleep for an hour
    expect((there as Ran).durationMs).toBeLessThan(60_000);
    await expect
      .poll(async () => (await local.run(['pgrep', '-f', `^sleep ${tag}$`])).exitCode, { timeout: 60_000 })
      .toBe(1);
  });

  it.each(['text', 'big', 'nope', 'text/below', 'fifo', '.', 'denied'])('read of %s', async (name) => {
    const path = join(directory, name);
    expect(await ssh.read(path, { maxBytes: 4000 })).toEqual(await local.read(path, { maxBytes: 4000 }));
  });

  it.each(['/proc/cpuinfo', '/sys/kernel/mm/transparent_hugepage/enabled', '/dev/null'])('read of %s', async (path) => {
    const here = await local.read(path);
    const there = await ssh.read(path);
    expect(there.ok).toBe(here.ok);
    if (path !== '/proc/cpuinfo') expect(there).toEqual(here);
  });

  it.each(['/', '/proc', '/dev/shm', '/sys', '/no/such/path', '/etc/passwd/below'])('statfs of %s', async (path) => {
    const [here, there] = await Promise.all([local.statfs(path), ssh.statfs(path)]);
    if (here.ok && there.ok) {
      // a busy machine moves these between the two questions
      for (const value of [here.value, there.value]) value.bfree = value.bavail = value.ffree = 0;
    }
    expect(there).toEqual(here);
  });

  it.each([
    ['api.sock', '/info'],
    ['api.sock', '/nope'],
    ['none.sock', '/info'],
    ['text', '/info'],
  ])('get from %s: %s', async (socket, path) => {
    const [here, there] = await Promise.all([
      local.get(join(directory, socket), path),
      ssh.get(join(directory, socket), path),
    ]);
    expect(withoutTime(there)).toEqual(withoutTime(here));
  });

  it('answers many questions at once over one connection', async () => {
    const answers = await Promise.all(Array.from({ length: 25 }, (_, index) => ssh.run(['echo', String(index)])));
    expect(answers.map((ran) => ran.stdout)).toEqual(Array.from({ length: 25 }, (_, index) => `${index}\n`));
  });

  it('names target, reason and what to do when it cannot connect', async () => {
    const nobody = sshHost('ssh://127.0.0.1:1');
    await expect(nobody.run(['true'])).rejects.toThrow(
      /cannot look over ssh: ssh:\/\/127\.0\.0\.1:1: .*refused.*Check the address/,
    );
    const stranger = sshHost((sshd?.target ?? '').replace(/[^/]+@/, 'no-such-user-here@'));
    await expect(stranger.run(['true'])).rejects.toThrow(/Permission denied.*Check the user/);
  });

  it('knows a program that goes on after the connection was lost', async () => {
    const first = await openChangingHost(sshd?.target);
    const second = await openChangingHost(sshd?.target);
    const may = join(directory, 'may-end');
    const waits = ['sh', '-c', 'until [ -e "$1" ]; do sleep 0.1; done', 'sh', may];
    void first.change(waits, { timeoutMs: 600_000 }).catch(() => {});
    const left = async () => (await second.leftBehind([])).length;
    await expect.poll(left, { timeout: 60_000 }).toBe(1);
    await first.close();
    expect(await left()).toBe(1);
    writeFileSync(may, '');
    await expect.poll(left, { timeout: 60_000 }).toBe(0);
    await second.close();
    rmSync(RUNNING);
  });
});

function withoutTime(ran: Ran): Omit<Ran, 'durationMs'> {
  const { durationMs: _time, ...rest } = ran;
  return rest;
}
