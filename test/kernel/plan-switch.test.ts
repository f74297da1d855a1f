import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { kernelSuite } from './ready.ts';
import { bundled } from './support/bundled.ts';
import { type Dockerd, importBusybox, startDockerd } from './support/dockerd.ts';

const needs = [
  'loop',
  'mkfs.ext4',
  'dockerd',
  'docker',
  'containerd',
  'runc',
  'busybox',
  'curl',
  'start-stop-daemon',
  'tar',
];

/** From vfs to overlay2 on a real daemon: the same way as from devicemapper, which the lab's guests go. */
kernelSuite('switch-to-overlay2', needs, () => {
  let home: string;
  let command = '';
  let root: string;
  let daemon: Dockerd;
  const disk: string[] = [];

  const ullage = (...argv: string[]) =>
    spawnSync(process.execPath, [command, ...argv], {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
      env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'state') },
    });
  const must = (...argv: string[]): string => {
    const ran = daemon.docker(...argv);
    if (ran.status !== 0) throw new Error(`docker ${argv.join(' ')}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  /** Every file of a container as its archive has it: name, type, mode, owner and content. */
  const files = (name: string): string => {
    const file = join(home, 'look.tar');
    must('export', '--output', file, name);
    const listed = spawnSync('tar', ['--numeric-owner', '-tvf', file], { encoding: 'utf8', maxBuffer: 2 ** 26 }).stdout;
    const content = spawnSync('tar', ['-xOf', file], { maxBuffer: 2 ** 28 }).stdout;
    const lines = listed.split('\n').filter((line) => !/ (dev|proc|sys|etc)\/|\.dockerenv/.test(line));
    return `${lines.sort().join('\n')}\n${createHash('sha256').update(content).digest('hex')}`;
  };

  beforeAll(async () => {
    command = await bundled('ullage');
    home = mkdtempSync(join(tmpdir(), 'ullage-switch-'));
    root = join(home, 'disk', 'docker');
    const image = join(home, 'disk.img');
    writeFileSync(image, '');
    truncateSync(image, 2 ** 30);
    mkdirSync(join(home, 'disk'));
    for (const argv of [
      ['mkfs.ext4', '-q', image],
      ['mount', '-o', 'loop', image, join(home, 'disk')],
    ]) {
      const ran = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(ran.stderr);
    }
    disk.push(join(home, 'disk'));
    mkdirSync(root);
    daemon = await startDockerd(home, root, 'vfs');
    importBusybox(daemon, home, 'busybox:lab');
    must('volume', 'create', 'data');
    must(
      'run',
      '--name',
      'stopped',
      '--network',
      'none',
      '-e',
      'KEY=it is "kept"',
      '-v',
      'data:/data',
      'busybox:lab',
      'sh',
      '-c',
      'echo changed >/tmp/a; echo on the volume >/data/b; rm /bin/cat; chmod 600 /tmp/a',
    );
    must(
      'run',
      '-d',
      '--name',
      'running',
      '--network',
      'none',
      '--restart',
      'unless-stopped',
      'busybox:lab',
      'sleep',
      '86400',
    );
  });
  afterAll(async () => {
    // the daemon that ullage started is no child of ours
    const pid = Number(readFileSync(join(home, 'run', 'docker.pid'), 'utf8'));
    try {
      for (const name of ['running', 'stopped']) daemon.docker('rm', '-f', name);
      process.kill(pid, 'SIGTERM');
      for (let waited = 0; waited < 120_000 && alive(pid); waited += 200)
        await new Promise((resolve) => setTimeout(resolve, 200));
    } finally {
      await daemon.stop();
      for (const at of disk) spawnSync('umount', ['-l', at]);
      rmSync(home, { recursive: true, force: true });
    }
  });

  test('plan, apply, undo, apply, confirm: images with their ids, containers with their files', () => {
    const imageId = must('image', 'inspect', '-f', '{{.Id}}', 'busybox:lab');
    const before = { stopped: files('stopped'), running: files('running') };
    const settings = (name: string) =>
      must(
        'inspect',
        '-f',
        '{{json .Config.Env}} {{json .HostConfig.Binds}} {{json .HostConfig.RestartPolicy}} {{json .Config.Cmd}} {{.State.Running}}',
        name,
      );
    const configured = { stopped: settings('stopped'), running: settings('running') };
    const check = (driver: string) => {
      expect(must('info', '-f', '{{.Driver}}')).toBe(driver);
      expect(must('image', 'inspect', '-f', '{{.Id}}', 'busybox:lab')).toBe(imageId);
      for (const name of ['stopped', 'running'] as const) {
        expect(files(name), `${name} under ${driver}`).toBe(before[name]);
        expect(settings(name)).toBe(configured[name]);
      }
      expect(readFileSync(join(root, 'volumes/data/_data/b'), 'utf8')).toBe('on the volume\n');
    };
    const plan = (): { id: string; file: string } => {
      const file = join(home, 'plan.json');
      const made = ullage('plan', 'switch-to-overlay2', '--on', root, '--json', '--output', file, '--force');
      expect(made.stderr).toBe('');
      expect(made.status).toBe(0);
      return { id: (JSON.parse(made.stdout) as Plan).id, file };
    };

    const first = plan();
    const applied = ullage('apply', first.file, '--yes');
    expect(applied.stdout, applied.stderr).toContain('waits for you');
    check('overlay2');

    const undone = ullage('undo', first.id, '--yes');
    expect(undone.status, undone.stderr + undone.stdout).toBe(0);
    check('vfs');

    const second = plan();
    const whole = ullage('apply', second.file, '--yes', '--confirm');
    expect(whole.status, whole.stderr + whole.stdout).toBe(0);
    check('overlay2');
    expect(spawnSync('ls', [join(root, 'vfs')]).status).not.toBe(0);
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
