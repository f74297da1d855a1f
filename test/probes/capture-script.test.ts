import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureHost } from '../../src/host/capture.ts';
import { captureScript } from '../../src/probes/capture-script.ts';
import { maskSed } from '../../src/probes/capture-script/mask-sed.ts';
import { probes } from '../../src/probes/index.ts';
import type { Ask, Probe } from '../../src/probes/probe.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-script-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const shells = [['sh'], ['dash'], ['bash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([program]) => has(program as string));

function asking(...asks: Ask[]): Probe[] {
  return [{ id: 'x', title: 'x', asks: () => asks, recognises: () => false, scan: () => [] }];
}

let made = 0;
function make(script: string, shell: string[] = ['sh'], env: Record<string, string> = {}) {
  const file = join(directory, `script-${++made}.sh`);
  const target = join(directory, `capture-${made}`);
  writeFileSync(file, script);
  const started = performance.now();
  const ran = spawnSync(shell[0] as string, [...shell.slice(1), file, target], { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } });
  return { ran, target, ms: performance.now() - started };
}

const NASTY = ["it's", 'a "quoted" \\ word', '$(id) `id` $HOME', 'two\nlines', 'tab\there', 'ünï 漢', '*', '', '-n', 'end\\'];

describe('captureScript', () => {
  it('names the shells it was tried in', () => {
    expect(shells.length).toBeGreaterThan(0);
  });

  it.each(shells)('is valid and complete in %s %s', async (...shell) => {
    const script = captureScript(probes);
    const file = join(directory, 'check.sh');
    writeFileSync(file, script);
    expect(spawnSync(shell[0] as string, [...shell.slice(1), '-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    const { ran, target } = make(script, shell);
    expect(ran).toMatchObject({ status: 0, stdout: '' });
    expect(ran.stderr).toMatch(/^\d+ answers, secrets masked: .*\n.*ullage --capture .*\n$/);
    expect(existsSync(join(target, '.work'))).toBe(false);
    for (const path of [target, `${target}.tar.gz`]) {
      const capture = await captureHost(path);
      expect(capture.manifest.host.hostname).toBe(execFileSync('uname', ['-n'], { encoding: 'utf8' }).trim());
      expect(capture.entries().filter((one) => one.note)).toEqual([]);
      const mounts = await capture.read('/proc/self/mountinfo');
      expect(mounts.ok && mounts.content).toMatch(/^\d+ \d+ \d+:\d+ /);
      expect(await capture.statfs('/')).toMatchObject({ ok: true });
      expect(await capture.run(['uname', '-a'])).toMatchObject({ exitCode: 0, stdout: execFileSync('uname', ['-a'], { encoding: 'utf8' }) });
    }
  }, 60_000);

  it.each(shells)('keeps arguments, outputs, statuses and reasons in %s %s', async (...shell) => {
    const asks: Ask[] = [
      { kind: 'run', argv: ['printf', '%s|', ...NASTY] },
      { kind: 'run', argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'], or: { kind: 'run', argv: ['echo', 'instead'] } },
      { kind: 'run', argv: ['no-such-program'], or: { kind: 'run', argv: ['echo', 'in its place'] } },
      { kind: 'run', argv: ['echo', 'first'], or: { kind: 'run', argv: ['echo', 'never asked'] } },
      { kind: 'run', argv: ['sh', '-c', 'cat; echo no input'] },
      { kind: 'run', argv: ['sh', '-c', 'exit 127'] },
      { kind: 'read', path: join(directory, "a file's name") },
      { kind: 'read', path: '/no/such/file' },
      { kind: 'read', path: directory },
      { kind: 'statfs', path: '/no/such/file' },
    ];
    writeFileSync(join(directory, "a file's name"), 'content\n');
    const { ran, target } = make(captureScript(asking(...asks)), shell);
    expect(ran.status).toBe(0);
    const capture = await captureHost(target);
    expect(await capture.run(['printf', '%s|', ...NASTY])).toMatchObject({ exitCode: 0, stdout: NASTY.map((word) => `${word}|`).join('') });
    expect(await capture.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
    expect(await capture.run(['echo', 'instead'])).toMatchObject({ stdout: 'instead\n' });
    expect(await capture.run(['no-such-program'])).toMatchObject({ notFound: true });
    expect(await capture.run(['echo', 'in its place'])).toMatchObject({ exitCode: 0 });
    expect(await capture.run(['echo', 'never asked'])).toMatchObject({ notFound: true });
    expect(await capture.run(['sh', '-c', 'cat; echo no input'])).toMatchObject({ stdout: 'no input\n' });
    const ended127 = await capture.run(['sh', '-c', 'exit 127']);
    expect(ended127.exitCode).toBe(127);
    expect(ended127.notFound).toBeUndefined();
    expect(await capture.read(join(directory, "a file's name"))).toEqual({ ok: true, content: 'content\n' });
    expect(await capture.read('/no/such/file')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await capture.read(directory)).toMatchObject({ ok: false, reason: 'other' });
    expect(await capture.statfs('/no/such/file')).toMatchObject({ ok: false, reason: 'missing' });
  }, 60_000);

  it.each(shells)('does not wait for what hangs, in %s %s', async (...shell) => {
    const hangs = ['sh', '-c', 'trap "" TERM; echo begun; while :; do sleep 1; done'];
    const { ran, target, ms } = make(captureScript(asking({ kind: 'run', argv: hangs, timeoutMs: 1000 }, { kind: 'run', argv: ['echo', 'goes on'] })), shell);
    expect(ran.status).toBe(0);
    expect(ms).toBeLessThan(8000);
    const capture = await captureHost(target);
    expect(await capture.run(hangs)).toMatchObject({ timedOut: true });
    expect(await capture.run(['echo', 'goes on'])).toMatchObject({ exitCode: 0, stdout: 'goes on\n' });
  }, 60_000);

  it('asks Docker by its client where curl cannot, and keeps no secret', async () => {
    // a docker that answers what it must, found first in PATH
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'docker'), '#!/bin/sh\ncase "$*" in *info*) echo \'{"DockerRootDir":"/srv/none","HttpProxy":"http://bob:hunter2@proxy:3128","Labels":["db-password=hunter2"]}\';; esac\n');
    chmodSync(join(bin, 'docker'), 0o755);
    const inspect = JSON.stringify([{ Config: { Env: ['A=hunter2', 'B=x"hunter2'] } }]);
    const { ran, target } = make(captureScript([...probes, ...asking({ kind: 'run', argv: ['printf', '%s\n', inspect, 'Authorization: Bearer hunter2hunter2hunter2', '--token hunter2'] })]), ['sh'], { PATH: `${bin}:${process.env['PATH']}` });
    expect(ran.status).toBe(0);
    expect(spawnSync('grep', ['-rl', 'hunter2', target], { encoding: 'utf8' }).stdout.trim().split('\n').filter(Boolean).map((name) => name.slice(target.length))).toEqual(['/manifest.json']);
    // the manifest holds our own argv, which is masked when it is read
    expect(JSON.stringify((await captureHost(target)).entries())).not.toContain('Bearer hunter2');
  }, 60_000);

  it('refuses a directory that exists, and says what to do', () => {
    const file = join(directory, 'again.sh');
    writeFileSync(file, captureScript(asking()));
    const ran = spawnSync('sh', [file, directory], { encoding: 'utf8' });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/cannot make the directory .*name one where there is room/);
  });

  it('asks about what it finds with the questions of the probes', () => {
    const script = captureScript(probes);
    for (const line of ['btrfs filesystem usage -b "$mnt"', 'xfs_info "$mnt"', 'tune2fs -l "$dev"', '"$root"/devicemapper/metadata', 'get 5 "$sock" /containers/"$container"/json', '/proc/"$pid"/mountinfo', 'dmsetup status --noflush', 'podman info']) expect(script).toContain(line);
    expect(script).not.toContain('ullage-mount');
    expect(script).not.toContain('987654321');
    expect(script).not.toMatch(/\[\[|\bfunction \w|<<<|\$'|&>|\blocal \b|\bdeclare\b/);
  });
});

describe('maskSed', () => {
  const SEDS = [['sed'], ['busybox', 'sed']].filter(([program]) => has(program as string));
  const program = () => {
    const file = join(directory, 'mask.sed');
    writeFileSync(file, maskSed());
    return file;
  };
  const SECRETS = [
    '{"Env":["A=hunter2","B=x\\"hunter2\\\\","C=* * hunter2"],"Cmd":["df"]}',
    '        "Env": [\n            "A=hunter2",\n            "B=x=\\"hunter2"\n        ],',
    '{"auth":"hunter2","identitytoken": "hunter2"}',
    '"{\\"auth\\":\\"hunter2\\"}"',
    'export DB_PASSWORD=hunter2 next',
    'AWS_SECRET_ACCESS_KEY="hunter2 x"',
    'app --token hunter2 --api-key=hunter2',
    '"Args":["--password","hunter2","--secret=hunter2"]',
    'http://bob:hunter2@proxy:3128/ and https://hunter2@git/x',
    'Authorization: Bearer hunter2',
    'X-Registry-Auth: hunter2',
    'password: hunter2',
    '  client-key-data: hunter2',
    'docker login -u bob -p hunter2',
    'docker run -e KEY=hunter2 --env OTHER=hunter2 x',
    '-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----',
    '"k":"-----BEGIN PRIVATE KEY-----\\nhunter2\\n-----END PRIVATE KEY-----\\n"',
    'secret = "hunter2"',
  ];
  const PLAIN = [
    '/dev/mapper/vg-docker on /var/lib/docker type ext4 (rw,errors=remount-ro)',
    '{"Id":"c0ffee","Driver":"overlay2","DriverStatus":[["Backing Filesystem","xfs"]],"SecurityOptions":["name=seccomp"]}',
    'overlay /merged overlay rw,lowerdir=l/A:l/B,upperdir=/u 0 0',
    'sshd[1]: pam_unix(sshd:auth): authentication failure',
    '"Env": null, "Cmd": ["a=b"]',
    '1234 /usr/bin/dockerd -H fd:// --data-root=/srv/docker --storage-opt dm.basesize=20G',
  ];
  it.each(SEDS)('masks every secret and nothing else with %s %s', (...sed) => {
    const file = program();
    const through = (text: string) => execFileSync(sed[0] as string, [...sed.slice(1), '-f', file], { input: `${text}\n`, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
    for (const text of SECRETS) {
      const masked = through(text);
      expect(masked).not.toContain('hunter2');
      if (text.startsWith('{')) expect(() => JSON.parse(masked)).not.toThrow();
    }
    for (const text of PLAIN) expect(through(text)).toBe(`${text}\n`);
  });

  it('is what a shell here-document carries unchanged', () => {
    expect(maskSed().split('\n')).not.toContain('ullage_mask');
    expect(readFileSync(program(), 'utf8')).toBe(maskSed());
  });
});
