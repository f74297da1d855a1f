import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { compareTrees } from '../../src/remedies/plans/compare-trees.ts';
import { kernelSuite } from './ready.ts';
import { bundled } from './support/bundled.ts';
import { crashLoop } from './support/crash-loop.ts';
import { type Dockerd, importBusybox, startDockerd } from './support/dockerd.ts';

const needs = [
  ...['loop', 'mkfs.ext4', 'dockerd', 'docker', 'containerd', 'runc', 'busybox', 'curl'],
  ...['start-stop-daemon', 'perl', 'getfattr'],
];

/** A store on one disk, moved to another: nothing of it is lost, wherever it is cut short. */
kernelSuite('move-data-root', needs, () => {
  let home = '';
  let command = '';
  let from = '';
  let to = '';
  let daemon: Dockerd | undefined;
  const disks: string[] = [];

  const run = (...argv: string[]): string => {
    const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (done.status !== 0) throw new Error(`${argv.join(' ').slice(-300)}: ${done.stderr}${done.stdout}`);
    return done.stdout.trim();
  };
  const ullage = (...argv: string[]) =>
    spawnSync(process.execPath, [command, ...argv], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'state') },
    });
  const docker = (...argv: string[]): string => {
    const ran = daemon?.docker(...argv);
    if (ran?.status !== 0) throw new Error(`docker ${argv.join(' ')}: ${ran?.stderr}`);
    return ran.stdout.trim();
  };
  const disk = (name: string): string => {
    const at = join(home, name);
    writeFileSync(`${at}.img`, '');
    truncateSync(`${at}.img`, 512 * 2 ** 20);
    mkdirSync(at);
    run('mkfs.ext4', '-q', `${at}.img`);
    run('mount', '-o', 'loop', `${at}.img`, at);
    disks.push(at);
    return at;
  };
  const rootNow = (): string => docker('info', '--format', '{{.DockerRootDir}}');
  /** What the container and the volume hold, through the daemon. */
  const content = (): string => {
    docker('export', '--output', join(home, 'look.tar'), 'changed');
    const volume = docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'data');
    const listed = run('sh', '-c', 'cd "$1" && find . -printf "%P %y %m %n %s\\n" | sort', 'sh', volume);
    const names = run('tar', '--numeric-owner', '-tvf', join(home, 'look.tar')).split('\n');
    const kept = names.filter((line) => !/ (dev|proc|sys|etc)\/|\.dockerenv/.test(line)).sort();
    const sums = run('sh', '-c', 'cd "$1" && sha256sum sparse plain linked', 'sh', volume);
    return [...kept, listed, sums, run('getfattr', '-n', 'user.note', '--only-values', join(volume, 'plain'))].join(
      '\n',
    );
  };
  let before = '';
  const asBefore = (where: string): void => {
    expect(content(), where).toBe(before);
    expect(docker('inspect', '--format', '{{.State.Running}}', 'running'), where).toBe('true');
  };

  beforeAll(async () => {
    command = await bundled('ullage');
    home = mkdtempSync(join(tmpdir(), 'ullage-move-'));
    from = join(disk('old'), 'docker');
    to = join(disk('new'), 'docker');
    mkdirSync(from);
    daemon = await startDockerd(home, from, 'overlay2');
    writeFileSync(join(home, 'run', 'daemon.json'), '{"debug": false}');
    importBusybox(daemon, home, 'busybox:lab');
    docker('volume', 'create', 'data');
    docker(
      ...['run', '--name', 'changed', '--network', 'none', '-v', 'data:/data', 'busybox:lab', 'sh', '-c'],
      'echo changed >/tmp/a; chmod 600 /tmp/a; rm /bin/cat; echo plain >/data/plain',
    );
    const volume = docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'data');
    run('ln', join(volume, 'plain'), join(volume, 'linked'));
    run('truncate', '--size', '200M', join(volume, 'sparse'));
    run(
      'perl',
      '-MIO::Socket::UNIX',
      '-e',
      'chdir shift; IO::Socket::UNIX->new(Listen => 1, Local => "socket") or die',
      volume,
    );
    // setxattr(2), asm/unistd_64.h
    run(
      'perl',
      '-e',
      'my ($p, $n, $v) = (shift, "user.note", "kept"); syscall(188, $p, $n, $v, 4, 0) == 0 or die "$!"',
      join(volume, 'plain'),
    );
    docker(
      ...['run', '-d', '--name', 'running', '--init', '--stop-timeout', '1', '--network', 'none'],
      ...['busybox:lab', 'sleep', '86400'],
    );
    before = content();
  });

  afterAll(async () => {
    if (home === '') return;
    const pid = Number(spawnSync('cat', [join(home, 'run', 'docker.pid')], { encoding: 'utf8' }).stdout);
    try {
      for (const name of ['running', 'changed']) daemon?.docker('rm', '-f', name);
      if (pid > 0) process.kill(pid, 'SIGTERM');
      for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 480; tries++) spawnSync('sleep', ['0.25']);
    } catch {
      // it is down already
    } finally {
      await daemon?.stop();
      for (const at of disks) spawnSync('umount', ['-l', at]);
      rmSync(home, { recursive: true, force: true });
    }
  });

  const plan = (): { id: string; file: string; plan: Plan } => {
    const file = join(home, 'plan.json');
    rmSync(file, { force: true });
    const made = ullage('plan', 'move-data-root', '--on', from, '--set', `to=${to}`, '-o', file);
    expect(made, made.stdout + made.stderr).toMatchObject({ status: 0, signal: null, stderr: '' });
    const made1 = JSON.parse(readFileSync(file, 'utf8')) as Plan;
    return { id: made1.id, file, plan: made1 };
  };

  test('refuses what would lose something', () => {
    const to1 = (where: string) => ullage('plan', 'move-data-root', '--on', from, '--set', `to=${where}`).stderr;
    expect(to1(join(from, 'inside'))).toMatch(/one lies in the other/);
    expect(to1(join(home, 'old', 'beside'))).toMatch(/same file system/);
    expect(to1('/dev/shm/docker')).toMatch(/memory/);
    expect(to1(home)).toMatch(/not empty|one lies in the other/);
  });

  test('the comparison sees every kind of difference', () => {
    const [a, b] = [join(home, 'a'), join(home, 'b')];
    mkdirSync(a);
    writeFileSync(join(a, 'file'), 'one');
    run('ln', join(a, 'file'), join(a, 'hard'));
    run('mkfifo', join(a, 'pipe'));
    const again = (): void => {
      rmSync(b, { recursive: true, force: true });
      run('cp', '-a', a, b);
    };
    const [perl = '', ...words] = compareTrees(a, b);
    const told = () => spawnSync(perl, words, { encoding: 'utf8' });
    again();
    expect(told()).toMatchObject({ status: 0, stdout: expect.stringMatching(/: the same/) });
    const changes: [string[], RegExp][] = [
      [['chmod', '600', join(b, 'file')], /another mode/],
      [['rm', join(b, 'pipe')], /is not there/],
      [['touch', join(b, 'more')], /without need/],
      [['chown', '1:1', join(b, 'file')], /another owner/],
      [['sh', '-c', `printf two > ${b}/file; touch -r ${a}/file ${b}/file`], /differs in content/],
      [['sh', '-c', `cp -a ${b}/file ${b}/x; mv ${b}/x ${b}/hard`], /no hard link/],
      [
        ['perl', '-e', 'my ($p, $n, $v) = (shift, "user.x", "y"); syscall(188, $p, $n, $v, 1, 0)', join(b, 'file')],
        /attributes/,
      ],
    ];
    for (const [argv, expected] of changes) {
      again();
      run(...argv);
      expect(told(), argv.join(' ')).toMatchObject({ status: 1, stdout: expect.stringMatching(expected) });
    }
  });

  test('plan, apply, undo', () => {
    const made = plan();
    const applied = ullage('apply', made.file, '--yes');
    expect(applied.stdout, applied.stderr).toContain('waits for you');
    expect(rootNow()).toBe(to);
    expect(JSON.parse(readFileSync(join(home, 'run', 'daemon.json'), 'utf8'))).toEqual({
      debug: false,
      'data-root': to,
    });
    asBefore('moved');
    const blocks = (path: string) => Number(run('stat', '--format', '%b', path));
    expect(blocks(join(to, 'volumes/data/_data/sparse'))).toBe(0);
    const told = /(\S+ \S+) now, (\S+ \S+) was predicted/.exec(applied.stdout);
    console.log(`move-data-root: can take ${told?.[1]} of ${told?.[2]} predicted`);
    expect(told).not.toBeNull();
    const undone = ullage('undo', made.id, '--yes');
    expect(undone.status, undone.stderr + undone.stdout).toBe(0);
    expect(rootNow()).toBe(from);
    asBefore('undone');
  });

  test('crash loop: killed at every point, gone on with or taken back', { timeout: 3_600_000 }, async () => {
    const made = plan();
    const counted = await crashLoop({
      plan: made.file,
      // whichever of the two holds the store now: the plan is made for it anew
      fresh: () => {
        const now = rootNow();
        if (now !== from) [from, to] = [now, from];
        // a daemon that was stopped and started is another process, which is what the plan rests on
        plan();
      },
      kinds: ['kill', 'kill-both', 'kill-before', 'kill-after', 'fail', 'kill-write'],
      stride: 9,
      judge(after, where) {
        expect(rootNow(), where).toBe(after === 'undo' ? from : to);
        expect(spawnSync('ls', ['-A', after === 'undo' ? to : from], { encoding: 'utf8' }).stdout, where).toBe('');
        asBefore(where);
      },
    });
    console.log(`move-data-root, crash loop: ${JSON.stringify(counted)}`);
    expect(counted.wrong).toEqual([]);
    expect(counted.points).toBeGreaterThan(3);
  });
});
