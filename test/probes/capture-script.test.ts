import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureHost } from '../../src/host/capture.ts';
import { localHost } from '../../src/host/local.ts';
import { maskText } from '../../src/host/mask.ts';
import { recordingHost } from '../../src/host/record.ts';
import { maskSed } from '../../src/probes/capture-script/mask-sed.ts';
import { captureScript } from '../../src/probes/capture-script.ts';
import { collect } from '../../src/probes/collect.ts';
import { Facts } from '../../src/probes/fact.ts';
import { probes } from '../../src/probes/index.ts';
import type { Ask, Probe } from '../../src/probes/probe.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-script-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
/** A static busybox takes its own applets before PATH (FEATURE_PREFER_APPLETS): stand-ins there would not be run. */
const standsAlone = (words: readonly string[]): boolean =>
  words[0] === 'busybox' &&
  spawnSync('busybox', ['sh', '-c', 'PATH=/nonexistent; ls /'], { stdio: 'ignore' }).status === 0;
const shells = [['dash'], ['busybox', 'sh'], ['bash', '--posix'], ['bash'], ['sh']].filter(
  (words) => has(words[0] ?? '') && !standsAlone(words),
);
const few = shells.slice(0, 3);
const two = few.slice(0, 2);

function asking(...asks: Ask[]): Probe[] {
  return [{ id: 'x', title: 'x', asks: () => asks, recognises: () => false, scan: () => [] }];
}

/** Programs that print what they are told to, first in PATH. */
function stubs(programs: Record<string, string>): string {
  const bin = mkdtempSync(join(directory, 'bin-'));
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return `${bin}:${process.env['PATH']}`;
}

interface Made {
  stderr: string;
  archive: string;
  ms: number;
}

async function make(
  script: string,
  shell: readonly string[] = ['sh'],
  env: Record<string, string> = {},
): Promise<Made> {
  const place = mkdtempSync(join(directory, 'place-'));
  const file = join(place, 'capture.sh');
  writeFileSync(file, script);
  const started = performance.now();
  const [program = 'sh', ...words] = shell;
  const { stdout, stderr } = await promisify(execFile)(program, [...words, file, join(place, 'out')], {
    env: { ...process.env, ...env },
  });
  return { stderr, archive: stdout.trim(), ms: performance.now() - started };
}

/** All of an archive as one text, as it lies on the disk. */
function raw(archive: string): string {
  return execFileSync('tar', ['xzOf', archive], { encoding: 'utf8', maxBuffer: 64 << 20 });
}

const NASTY = [
  "it's",
  'a "quoted" \\ word',
  '$(id) `id` $HOME',
  'two\nlines\n',
  'tab\there',
  'bell\u0007',
  'ünï 漢',
  '*',
  '',
  '-n',
  'end\\',
  '100%s\\n',
];

describe.concurrent('captureScript', () => {
  it.each(shells)('is valid for %s %s', (...shell) => {
    const file = join(directory, 'check.sh');
    writeFileSync(file, captureScript(probes));
    const [program = 'sh', ...words] = shell;
    expect(spawnSync(program, [...words, '-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(two)('makes a whole capture in %s %s', async (...shell) => {
    const { stderr, archive } = await make(captureScript(probes), shell);
    expect(stderr).toMatch(/^ullage: \d+ answers in \S+\.tar\.gz, secrets masked\n/);
    expect(archive).toMatch(/\/out\/ullage-[\w.-]+-\d{8}T\d{6}Z\.tar\.gz$/);
    // the archive alone stays, for its owner's eyes
    expect(readdirSync(join(archive, '..'))).toHaveLength(1);
    expect(statSync(archive).mode & 0o077).toBe(0);
    const capture = await captureHost(archive);
    expect(capture.manifest.host.hostname).toBe(execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim());
    expect(capture.manifest.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(capture.entries().filter((one) => one.note)).toEqual([]);
    expect(await capture.read('/proc/self/mountinfo')).toMatchObject({
      ok: true,
      content: expect.stringMatching(/^\d+ \d+ \d+:\d+ /),
    });
    expect(await capture.statfs('/')).toMatchObject({
      ok: true,
      value: { type: expect.any(Number), blocks: expect.any(Number) },
    });
    expect(await capture.run(['uname', '-a'])).toMatchObject({
      exitCode: 0,
      stdout: execFileSync('uname', ['-a'], { encoding: 'utf8' }),
    });
  });

  it.each(few)('keeps arguments, outputs, statuses and reasons in %s %s', async (...shell) => {
    // its own: others run beside it
    const own = mkdtempSync(join(directory, 'own-'));
    const named = join(own, 'a "file\'s" \\ name');
    writeFileSync(named, 'content\n');
    writeFileSync(join(own, 'empty'), '');
    spawnSync('mkfifo', [join(own, 'fifo')]);
    const fails = ['sh', '-c', 'echo out; echo err >&2; exit 3'];
    const { archive } = await make(
      captureScript(
        asking(
          { kind: 'run', argv: ['printf', '%s|', ...NASTY] },
          { kind: 'run', argv: fails, what: 'what fails', or: { kind: 'run', argv: ['echo', 'instead'] } },
          {
            kind: 'run',
            argv: ['no-such-program'],
            or: { kind: 'run', argv: ['false'], or: { kind: 'run', argv: ['echo', 'third'] } },
          },
          { kind: 'run', argv: ['echo', 'first'], or: { kind: 'run', argv: ['echo', 'never asked'] } },
          { kind: 'run', argv: ['sh', '-c', 'cat; echo no input'] },
          { kind: 'run', argv: ['sh', '-c', 'exit 127'], what: 'nothing said' },
          {
            kind: 'run',
            argv: ['sh', '-c', 'echo "x: Permission denied" >&2; exit 1'],
            what: 'kept from us',
            optional: true,
          },
          { kind: 'run', argv: ['another-missing-program'], what: 'not here', optional: true },
          ...[named, join(own, 'empty'), '/no/such/file', own, join(own, 'fifo')].map(
            (path): Ask => ({ kind: 'read', path, timeoutMs: 20_000 }),
          ),
          { kind: 'statfs', path: '/no/such/file' },
          { kind: 'get', socket: '/no/such/socket', path: '/info' },
        ),
      ),
      shell,
    );
    const capture = await captureHost(archive);
    expect(await capture.run(['printf', '%s|', ...NASTY])).toMatchObject({
      exitCode: 0,
      stdout: NASTY.map((word) => `${word}|`).join(''),
    });
    expect(await capture.run(fails)).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(await capture.run(['echo', 'instead'])).toMatchObject({ stdout: 'instead\n' });
    expect(await capture.run(['no-such-program'])).toMatchObject({ notFound: true });
    expect(await capture.run(['echo', 'third'])).toMatchObject({ exitCode: 0 });
    expect(capture.entries().map((one) => ('argv' in one.entry ? one.entry.argv.at(-1) : ''))).not.toContain(
      'never asked',
    );
    expect(await capture.run(['sh', '-c', 'cat; echo no input'])).toMatchObject({ stdout: 'no input\n' });
    expect((await capture.run(['sh', '-c', 'exit 127'])).exitCode).toBe(127);
    expect(await capture.read(named)).toEqual({ ok: true, content: 'content\n' });
    expect(await capture.read(join(own, 'empty'))).toEqual({ ok: true, content: '' });
    expect(await capture.read('/no/such/file')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await capture.read(own)).toMatchObject({ ok: false, reason: 'other' });
    expect(await capture.read(join(own, 'fifo'))).toMatchObject({ ok: false, reason: 'other' });
    expect(await capture.statfs('/no/such/file')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await capture.get('/no/such/socket', '/info')).toMatchObject({ exitCode: 7 });
    expect(capture.manifest.unknown).toEqual([
      { what: 'kept from us', why: 'needs root', run: 'sh -c echo "x: Permission denied" >&2; exit 1' },
      { what: 'nothing said', why: 'ended with status 127', run: 'sh -c exit 127' },
    ]);
  });

  it.each(few)(
    'neither waits for what hangs nor leaves it behind, in %s %s',
    async (...shell) => {
      const mark = `98${made++}${process.pid}`;
      const PATH = stubs({
        hangs: `echo begun\nsleep ${mark}`,
        stubborn: `trap '' TERM\nsleep ${mark}\nsleep ${mark}`,
        leaves: `sleep ${mark} &\necho left`,
      });
      const asks = ['hangs', 'stubborn', 'leaves'].map(
        (name): Ask => ({
          kind: 'run',
          argv: [name],
          timeoutMs: name === 'leaves' ? 60_000 : 1000,
          what: name,
          or: { kind: 'run', argv: ['echo', 'in other words'] },
        }),
      );
      const { archive, ms } = await make(
        captureScript(asking(...asks, { kind: 'run', argv: ['echo', 'goes on'] })),
        shell,
        { PATH },
      );
      try {
        // the sleepers would hold it for years
        expect(ms).toBeLessThan(240_000);
        const capture = await captureHost(archive);
        expect(await capture.run(['hangs'])).toMatchObject({ timedOut: true });
        expect(await capture.run(['stubborn'])).toMatchObject({ timedOut: true });
        expect(await capture.run(['leaves'])).toMatchObject({ exitCode: 0 });
        expect(await capture.run(['echo', 'in other words'])).toMatchObject({ notFound: true });
        expect(await capture.run(['echo', 'goes on'])).toMatchObject({ exitCode: 0, stdout: 'goes on\n' });
        expect(capture.manifest.unknown?.map((one) => one.what)).toEqual(['hangs', 'stubborn']);
        // what was timed out has ended; what a program itself left running is not ours to end
        if (has('setsid')) await untilSleep(mark, 1);
      } finally {
        for (const pid of sleepers(mark)) spawnSync('kill', ['-9', `${pid}`]);
      }
    },
    300_000,
  );

  it('keeps what it has when it is interrupted', async () => {
    const mark = `97${made++}${process.pid}`;
    const place = mkdtempSync(join(directory, 'place-'));
    const file = join(place, 'capture.sh');
    writeFileSync(
      file,
      captureScript(
        asking({ kind: 'run', argv: ['echo', 'a'] }, { kind: 'run', argv: ['sleep', mark], timeoutMs: 85_000 }),
      ),
    );
    const child = execFile('sh', [file, place]);
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await untilSleep(mark, 1);
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    const archive = readdirSync(place).find((name) => name.endsWith('.tar.gz')) ?? '';
    expect(await (await captureHost(join(place, archive))).run(['echo', 'a'])).toMatchObject({ stdout: 'a\n' });
    await untilSleep(mark, 0);
  });

  it('cuts what is too long', async () => {
    const argv = ['sh', '-c', 'yes 0123456789abcdef'];
    const { archive } = await make(captureScript(asking({ kind: 'run', argv })));
    const ran = await (await captureHost(archive)).run(argv);
    expect(ran.truncated).toBe(true);
    expect(ran.stdout.length).toBe(16 * 1024 * 1024);
  });

  it.each(few)('streams the archive when asked to, in %s %s', async (...shell) => {
    const [program = 'sh', ...words] = shell;
    const ran = spawnSync(program, [...words, '-s', '--', '-'], {
      input: captureScript(asking({ kind: 'run', argv: ['echo', 'x'] })),
    });
    const archive = join(directory, `stream-${made++}.tar.gz`);
    writeFileSync(archive, ran.stdout);
    expect(await (await captureHost(archive)).run(['echo', 'x'])).toMatchObject({ stdout: 'x\n' });
    expect(ran.stderr.toString()).toMatch(/1 answers in the archive/);
  });

  it('writes over nothing, and says what to do where there is no room', () => {
    const file = join(directory, 'again.sh');
    writeFileSync(file, captureScript(asking()));
    const PATH = stubs({ date: 'echo 20200101T000000Z' });
    const run = (to: string, path = PATH) =>
      spawnSync('sh', [file, to], { encoding: 'utf8', env: { ...process.env, PATH: path } });
    const names = [run(directory), run(directory)].map((ran) => ran.stdout.trim());
    expect(new Set(names).size).toBe(2);
    expect(names.every((name) => existsSync(name))).toBe(true);
    const full = run(join(directory, 'full'), stubs({ dd: 'echo "dd: No space left on device" >&2; exit 1' }));
    expect(full).toMatchObject({ status: 1, stdout: '' });
    expect(full.stderr).toMatch(/no room for the capture in .*Name a directory/);
    expect(readdirSync(join(directory, 'full'))).toEqual([]);
  });

  it('does nothing when it arrives cut short', () => {
    const script = captureScript(probes);
    const home = mkdtempSync(join(directory, 'cut-'));
    for (const part of [0.5, 0.9, 0.99]) {
      spawnSync('sh', [], { input: script.slice(0, Math.floor(script.length * part)), cwd: home });
      expect(readdirSync(home)).toEqual([]);
    }
  });

  it('has a question of every probe that asks, and no stand-in', () => {
    const script = captureScript(probes);
    for (const one of [
      'btrfs filesystem usage -b "$mnt"',
      'xfs_info "$mnt"',
      'tune2fs -l "$dev"',
      '"$root"/devicemapper/metadata',
      'api 5 "$sock" /containers/"$container"/json',
      '/proc/"$pid"/mountinfo',
      'dmsetup status --noflush',
      'lvmconfig --typeconfig full',
      'podman info',
      'zpool list',
      'vdostats',
      'crictl info',
      '/etc/lvm/profile/"$profile".profile',
      '--snapshotter "$snapshotter"',
      'read_file 10 "$config"',
      'statfs 3 "$dir"',
    ])
      expect(script).toContain(one);
    expect(script).not.toMatch(
      /ullage-(?:mount|root|socket|config|directory|snapshotter|profile|device)|987654321|feedface|#ASKS|@\{/,
    );
    expect(script).not.toMatch(/\[\[ |\bfunction \w|<<<|\$'[^)]|&>|\blocal \b|\bdeclare\b|\becho -/);
    for (const ask of probes
      .flatMap((probe) => probe.asks?.(new Facts()) ?? [])
      .filter((one) => !one.deep && one.kind === 'run'))
      expect(script).toContain(
        `run ${Math.ceil((ask.timeoutMs ?? 10_000) / 1000)} ${ask.kind === 'run' ? ask.argv[0] : ''}`,
      );
  });
});

let made = 0;

/** What was told to begin or to end takes a moment to; expect.poll knows no test where several run at once. */
const untilSleep = (mark: string, many: number): Promise<void> =>
  vi.waitFor(() => expect(sleepers(mark)).toHaveLength(many), { timeout: 60_000 });

function sleepers(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8') === `sleep\0${mark}\0`;
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('what the script finds', () => {
  it.each(few)('asks about every mount, whatever its name, in %s %s', async (...shell) => {
    const table = join(directory, 'mountinfo');
    // as the kernel writes them: blanks, tabs, newlines and backslashes as octal numbers
    writeFileSync(
      table,
      [
        '20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw',
        '21 20 0:30 /sub /srv/a\\040very/long/one rw - btrfs /dev/vdb rw,subvol=/sub',
        '22 20 0:30 / /srv/a"b\\040$(touch\\040pwned)\\0401 rw - btrfs /dev/vdb rw',
        "23 20 0:31 / /tab\\011new\\012line\\134back'slash%s rw master:2 shared:3 - tmpfs none rw",
        '24 20 0:31 / /again rw - tmpfs none rw',
        '25 20 0:32 / /proc rw - proc proc rw',
        '26 20 253:9 / /var/lib/docker rw - xfs /dev/mapper/vg-a\\040b rw',
        'half a line',
        '',
      ].join('\n'),
    );
    const PATH = stubs({
      stat: 'echo "ef53 4096 100 50 40 10 5"',
      btrfs: 'echo "btrfs: $5"',
      tune2fs: 'echo tune2fs',
      xfs_info: 'echo xfs',
      dmsetup: 'echo none',
      lsblk: `echo '{"blockdevices":[{"name":"vg-a","type":"lvm"}]}'`,
      lvs: `echo '{"report":[{"lv":[{"lv_name":"a","lv_attr":"vwi-a-v---","lv_profile":"thin-performance"}]}]}'`,
      vdostats: 'echo Device',
      ps: 'exit 1',
      curl: 'exit 2',
      docker: 'exit 1',
    });
    const { archive } = await make(captureScript(probes), shell, { PATH, ULLAGE_MOUNTINFO: table });
    const capture = await captureHost(archive);
    const asked = capture
      .entries()
      .map(({ entry }) => (entry.kind === 'run' ? entry.argv.join(' ') : `${entry.kind} ${entry.path}`));
    for (const path of ['/srv/a very/long/one', "/tab\tnew\nline\\back'slash%s", '/var/lib/docker', '/'])
      expect(await capture.statfs(path), path).toEqual({
        ok: true,
        value: { type: 0xef53, blockSize: 4096, blocks: 100, bfree: 50, bavail: 40, files: 10, ffree: 5 },
      });
    expect(asked).not.toContain('statfs /again');
    expect(asked).not.toContain('statfs /proc');
    expect(asked.filter((one) => one.startsWith('btrfs filesystem usage'))).toEqual([
      'btrfs filesystem usage -b /srv/a very/long/one',
    ]);
    for (const one of [
      'xfs_info /var/lib/docker',
      'tune2fs -l /dev/root',
      'dmsetup table',
      'vdostats',
      'read /etc/lvm/profile/thin-performance.profile',
      'grep -rHs . /sys/fs/btrfs',
      'grep -rHs . /sys/fs/ext4',
    ])
      expect(asked).toContain(one);
    expect(existsSync('pwned')).toBe(false);
  });

  const ID = (n: number) => n.toString(16).padStart(64, 'a');
  let server: Server;
  let socket: string;
  beforeEach(() => {
    socket = join(directory, `docker-${made++}.sock`);
    server = createServer((request, response) => {
      const url = request.url ?? '';
      const container = /^\/containers\/([0-9a-f]{64})\/json$/.exec(url)?.[1];
      if (url === '/info')
        response.end(
          JSON.stringify({
            ServerVersion: '29.1.0',
            Driver: 'devicemapper',
            DriverStatus: [['Pool Name', 'p']],
            DockerRootDir: join(directory, 'data "root'),
            HttpProxy: 'http://bob:hunter2@proxy:3128',
          }).replace('data \\"root', 'data root'),
        );
      else if (url === '/containers/json?all=1')
        response.end(
          JSON.stringify(
            Array.from({ length: 60 }, (_, n) => ({
              Id: ID(n),
              Names: [`/c${n}`],
              Image: 'x',
              Labels: { 'db-password': 'hunter2' },
              State: n < 55 ? 'exited' : 'running',
              Status: 'x',
            })),
          ),
        );
      else if (container)
        response.end(
          JSON.stringify({
            Id: container,
            State: {},
            HostConfig: {},
            Config: { Env: ['A=hunter2', 'B=x"hunter2\\'] },
            Args: ['--password', 'hunter2'],
          }),
        );
      else if (/^\/(?:images\/json|volumes|system\/df\?type=build-cache)$/.test(url)) response.end('[]');
      else {
        response.statusCode = 404;
        response.end('{"message":"page not found"}');
      }
    });
    return new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const daemon = () => ({
    ps: `printf '%s\\n' '  PID COMMAND' '    1 init' '4194400 /usr/bin/dockerd -H unix://${socket} --config-file ${directory}/daemon.json --registry-token hunter2'`,
    lsblk: `echo '{"blockdevices":[{"name":"sda","kname":"sda","type":"disk","size":1000}]}'`,
    dmsetup: 'echo none',
    lvs: 'exit 5',
    vgs: 'exit 5',
    pvs: 'exit 5',
    lvmconfig: 'exit 5',
    lvm: 'exit 5',
    systemctl: 'echo inactive; exit 3',
  });

  it.skipIf(!has('curl'))('asks a daemon what a live look asks, and keeps no secret', async () => {
    mkdirSync(join(directory, 'data root', 'containers'), { recursive: true });
    writeFileSync(
      join(directory, 'daemon.json'),
      '{"data-root": "/elsewhere", "log-opts": {"splunk-token": "hunter2"}}',
    );
    const PATH = stubs(daemon());
    const { archive } = await make(captureScript(probes), ['sh'], { PATH });
    expect(raw(archive)).not.toContain('hunter2');
    const capture = await captureHost(archive);
    const before = process.env['PATH'];
    process.env['PATH'] = PATH;
    const live = recordingHost(localHost());
    try {
      // whatever the machine is busy with, all of them are to answer
      await collect(live, probes, { deadlineMs: 600_000 });
    } finally {
      process.env['PATH'] = before;
      await live.close();
    }
    // mounts and processes come and go on a host where tests run
    const keys = (entries: ReturnType<typeof live.entries>) =>
      entries
        .map(({ entry }) =>
          entry.kind === 'run'
            ? `${entry.argv.join(' ')} → ${entry.notFound ? 'none' : entry.exitCode}`
            : `${entry.kind} ${entry.path}`,
        )
        .filter(
          (key) =>
            !/^(?:statfs|btrfs|tune2fs|xfs_info|zfs|zpool|grep -rHs|grep -H\w*s .*\/proc\/\d|find \/(?:sys|proc))/.test(
              key,
            ) || key.includes(directory),
        )
        .sort();
    expect(keys([...capture.entries()])).toEqual(keys(live.entries()));
    const inspected = capture
      .entries()
      .filter(({ entry }) => entry.kind === 'run' && /\/containers\/[0-9a-f]{64}\/json$/.test(entry.argv.at(-1) ?? ''));
    expect(inspected).toHaveLength(50);
    // running ones first
    expect(inspected[0]?.entry).toMatchObject({
      argv: ['curl', '-s', '--unix-socket', socket, `http://localhost/containers/${ID(55)}/json`],
      exitCode: 0,
    });
    expect(JSON.parse(inspected[0]?.stdout ?? '')).toMatchObject({
      Id: ID(55),
      Config: { Env: ['A=***', 'B=***'] },
      Args: ['--password', '***'],
    });
  });

  it.each(two)('asks Docker by its client where curl cannot ask a socket, in %s %s', async (...shell) => {
    const PATH = stubs({
      ...daemon(),
      curl: 'exit 2',
      docker: `case "$*" in
*format*info* | *info*format*) echo '{"DockerRootDir":"/srv/none","Driver":"overlay2","ServerVersion":"1.13.1"}' ;;
*ps*) printf '%s\\n' 'CONTAINER ID IMAGE' '${ID(1)}   x   "y"   2 days ago   Exited (0) 2 days ago   a' '${ID(2)}   x   "y"   2 days ago   Up 2 days   b' ;;
*inspect*) echo '{"Id":"'$6'","Config":{"Env":["A=hunter2"]}}' ;;
*) echo NAME ;;
esac`,
    });
    const { archive } = await make(captureScript(probes), shell, { PATH });
    expect(raw(archive)).not.toContain('hunter2');
    const asked = (await captureHost(archive))
      .entries()
      .flatMap(({ entry }) =>
        entry.kind === 'run' && entry.argv[0] === 'docker' && entry.argv[2] === `unix://${socket}`
          ? [entry.argv.slice(3).join(' ')]
          : [],
      );
    expect(asked).toEqual([
      'info --format {{json .}}',
      'ps -a --no-trunc',
      'images --no-trunc',
      'volume ls',
      `inspect --format {{json .}} ${ID(2)}`,
      `inspect --format {{json .}} ${ID(1)}`,
    ]);
  });
});

describe('maskSed', () => {
  const SEDS = [['sed'], ['busybox', 'sed']].filter(([program = '']) => has(program));
  const SECRETS = [
    '{"Env":["A=hunter2","B=x\\"hunter2\\\\","C=* * hunter2"],"Cmd":["df"]}',
    '{"Env":["odd\\\\name=hunter2","D=hunter2",""],"Env2":[]}',
    '{"a":{"Env":["A=hunter2"]},"b":{"Env":[]},"c":{"Env":["B=hunter2"]}}',
    '"Env":["A=hunter2","B=cut hunter2',
    '        "Env": [\n            "A=hunter2",\n            "B=x=\\"hunter2"\n        ],',
    '"x":"{\\"env\\":[\\"A=hunter2\\"],\\"y\\":1}"',
    '{"auth":"hunter2","identitytoken": "hunter2","passwords":"hunter2"}',
    '"{\\"auth\\":\\"hunter2\\"}"',
    '{"Labels":{"com.example.db-password":"hunter2"},"Token":"x\\"hunter2"}',
    'export DB_PASSWORD=hunter2 next',
    'AWS_SECRET_ACCESS_KEY="hunter2 x"',
    "SECRET_KEY='hunter2 x'",
    'app --token hunter2 --api-key=hunter2',
    '"Args":["--password","hunter2","--secret=hunter2","PASSWORD=hunter2 two"]',
    '{"Command":"server --password hunter2 --x \\"--token=hunter2\\""}',
    'http://bob:hunter2@proxy:3128/ and https://hunter2@git/x',
    'redis://:hunter2@cache:6379',
    'Authorization: Bearer hunter2',
    '{"Authorization":"Basic hunter2"}',
    'X-Registry-Auth: hunter2',
    'password: hunter2',
    '  client-key-data: hunter2',
    'docker login -u bob -p hunter2',
    'mysqldump -uroot -phunter2 db',
    'curl -u bob:hunter2 http://x/',
    'docker run -e KEY=hunter2 --env OTHER=hunter2 x',
    '-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----',
    '"k":"-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----\\n"',
    '-----BEGIN PRIVATE KEY-----\nhunter2',
    'secret = "hunter2"',
  ];
  const PLAIN = [
    '/dev/mapper/vg-docker on /var/lib/docker type ext4 (rw,errors=remount-ro)',
    '{"Id":"c0ffee","Driver":"overlay2","DriverStatus":[["Backing Filesystem","xfs"]],"SecurityOptions":["name=seccomp","name=rootless"]}',
    `"Image":"sha256:${'c0ffee00'.repeat(8)}","RepoDigests":["r.example/x@sha256:${'c0ffee00'.repeat(8)}"]`,
    'overlay /merged overlay rw,lowerdir=l/A:l/B,upperdir=/u 0 0',
    'sshd[1]: pam_unix(sshd:auth): authentication failure',
    'Error parsing config: unexpected token: }',
    'OLDPWD=/root PWD=/srv',
    '"Env": null, "Cmd": ["a=b"]',
    '"Env":[],"Cmd":["a=b"]',
    '1234 /usr/bin/dockerd -H fd:// --data-root=/srv/docker --storage-opt dm.basesize=20G --authorization-plugin=x',
    '[91220.118340] device-mapper: thin: 253:2: reached low water mark for data device',
    '\ttab, no newline at the end',
  ];
  it.each(SEDS)('masks every secret and nothing else with %s %s', (...sed) => {
    const file = join(directory, 'mask.sed');
    writeFileSync(file, maskSed());
    const [program = 'sed', ...words] = sed;
    const through = (input: string) =>
      execFileSync(program, [...words, '-f', file], { input, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    for (const text of SECRETS) {
      const masked = through(`${text}\n`);
      expect(masked, text).not.toContain('hunter2');
      if (text.startsWith('{')) expect(() => JSON.parse(masked), masked).not.toThrow();
      // the reader masks again: nothing is left for it that a secret could be in
      expect(maskText(masked), text).not.toContain('hunter2');
    }
    for (const text of PLAIN) expect(through(text)).toBe(text);
  });

  it('can stand in a here-document', () => {
    expect(maskSed().split('\n')).not.toContain('ullage_mask');
  });
});
