import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/causes/report.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { kernelSuite } from './ready.ts';
import { exhaustBtrfsMetadata } from './support/btrfs-enospc.ts';
import { bundled } from './support/bundled.ts';
import { crashLoop } from './support/crash-loop.ts';

/** The first incident, cured by plan and apply; and apply struck wherever it can be. */
kernelSuite(
  'btrfs with every chunk allocated: plan and apply',
  ['loop', 'mkfs.btrfs', 'btrfs', 'perl', 'fallocate'],
  () => {
    let home = '';
    let command = '';
    let mount = '';
    let scratch = '';
    let image = '';
    let sum = '';
    const MIB = 2 ** 20;
    // --find may give out the very device that a plan has named
    const own = `/dev/loop${2000 + (process.pid % 1000)}`;

    const run = (...argv: string[]): string => {
      const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', maxBuffer: 64 * MIB });
      if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
      return done.stdout.trim();
    };
    const ullage = (...argv: string[]) =>
      spawnSync(process.execPath, [command, ...argv], {
        encoding: 'utf8',
        maxBuffer: 64 * MIB,
        env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'state') },
      });
    const loops = (file: string) =>
      run('losetup', '--noheadings', '--output', 'NAME', '--associated', file).split('\n').filter(Boolean);
    /** Of every file's name and content. */
    const contents = (): string =>
      run('sh', '-c', 'cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum', 'sh', mount);
    const gone = (file: string): void => {
      // one that the kernel lets go by itself just now is no longer there to be detached
      for (const device of loops(file)) spawnSync('losetup', ['--detach', device]);
      // another mount namespace may hold the old mount for a moment
      for (let tries = 0; loops(file).length > 0; tries++) {
        if (tries > 240) throw new Error(`${file} is still attached`);
        spawnSync('sleep', ['0.25']);
      }
    };
    const down = (): void => {
      spawnSync('umount', [mount]);
      for (const file of readdirSync(scratch)) {
        gone(join(scratch, file));
        rmSync(join(scratch, file));
      }
      gone(image);
    };
    const up = (): void => {
      down();
      run('cp', '--sparse=always', join(home, 'sick'), image);
      run('losetup', own, image);
      run('mount', own, mount);
    };
    const usage = (what: RegExp): number => Number(what.exec(run('btrfs', 'filesystem', 'usage', '--raw', mount))?.[1]);
    const healed = (where = ''): void => {
      expect(usage(/Device unallocated:\s+(\d+)/), where).toBeGreaterThan(16 * MIB);
      run('mkdir', join(mount, 'after'));
      run('rmdir', join(mount, 'after'));
    };
    const whole = (where = ''): void => {
      expect(run('btrfs', 'filesystem', 'show', '--raw', mount), where).toContain('Total devices 1 ');
      expect(readdirSync(scratch), where).toEqual([]);
      expect(run('losetup', '--list', '--output', 'BACK-FILE'), where).not.toContain(scratch);
      expect(contents(), where).toBe(sum);
    };

    beforeAll(async () => {
      command = await bundled('ullage');
      home = mkdtempSync(join(tmpdir(), 'ullage-plan-btrfs-'));
      [mount, scratch, image] = [join(home, 'at'), join(home, 'scratch'), join(home, 'image')];
      mkdirSync(mount);
      mkdirSync(scratch);
      writeFileSync(image, '');
      truncateSync(image, 512 * MIB);
      const device = run('losetup', '--find', '--show', image);
      run('mkfs.btrfs', '-q', '-m', 'dup', device);
      run('mount', device, mount);
      if (!exhaustBtrfsMetadata(mount, join(mount, 'cache'))) throw new Error('creates still work');
      sum = contents();
      run('umount', mount);
      gone(image);
      run('cp', '--sparse=always', image, join(home, 'sick'));
    });

    afterAll(() => {
      if (home === '') return;
      down();
      rmSync(home, { recursive: true, force: true });
    });

    test('doctor, plan, apply: healed, nothing lost, as predicted', () => {
      up();
      const found = JSON.parse(ullage('doctor', '--json').stdout) as Report;
      const finding = found.findings.find((one) => one.subject === mount && one.cause === 'btrfs-metadata-exhausted');
      expect(finding).toMatchObject({ confidence: 'confirmed', severity: 'critical' });
      expect(finding?.remedies[0]).toBe('btrfs-temporary-device');
      // balance is refused before it fails, and what works instead is named
      expect(ullage('plan', 'btrfs-rebalance', '--on', mount).stderr).toContain('ullage plan btrfs-temporary-device');
      expect(ullage('plan', 'btrfs-temporary-device', '--on', mount, '--set', `scratch=${mount}`).stderr).toMatch(
        /on the very file system that is full/,
      );

      const file = join(home, 'plan.json');
      const made = ullage('plan', 'btrfs-temporary-device', '--on', mount, '--set', `scratch=${scratch}`, '-o', file);
      expect(made.stderr).toBe('');
      const { predicted } = JSON.parse(readFileSync(file, 'utf8')) as Plan;
      expect(predicted).toMatchObject({ consumer: mount, headroomBefore: 0, downtime: 0 });
      const before = usage(/^Data,single: Size:(\d+)/m);
      const done = ullage('apply', file, '--yes', '--json');
      expect(done.status, done.stderr + done.stdout).toBe(0);
      const result = JSON.parse(done.stdout) as { headroom: number; cured: boolean };
      expect(result.cured).toBe(true);
      const freed = before - usage(/^Data,single: Size:(\d+)/m);
      console.log(
        `btrfs-temporary-device: freed ${freed} of ${predicted.freed} predicted, headroom ${result.headroom} of ${predicted.headroomAfter}`,
      );
      expect(Math.abs(freed - (predicted.freed ?? 0))).toBeLessThan(0.1 * freed);
      expect(Math.abs(result.headroom - (predicted.headroomAfter ?? 0))).toBeLessThan(0.1 * result.headroom);
      whole();
      healed();
      // a second apply of the same plan, and one whose machine has moved, do nothing
      expect(ullage('apply', file, '--yes').stderr).toContain('begun before');
    });

    test('maintenance by the kernel: the threshold is set in it, and taken back', () => {
      up();
      const uuid = run('findmnt', '--noheadings', '--output', 'UUID', mount);
      const at = `/sys/fs/btrfs/${uuid}/allocation/data/bg_reclaim_threshold`;
      const was = readFileSync(at, 'utf8');
      const file = join(home, 'maintenance.json');
      const set = ['--set', 'by=kernel', '--set', 'threshold=40'];
      const made = ullage('plan', 'btrfs-maintenance', '--on', mount, ...set, '-o', file);
      expect(made.status, made.stderr).toBe(0);
      const done = ullage('apply', file, '--yes');
      expect(done.status, done.stderr).toBe(0);
      expect(readFileSync(at, 'utf8')).toBe('40\n');
      // of what ended well nothing is taken back unless it is named
      expect(ullage('undo', '--yes').stderr).toContain('nothing to undo');
      const undone = ullage('undo', (JSON.parse(readFileSync(file, 'utf8')) as Plan).id, '--yes');
      expect(undone.status, undone.stderr).toBe(0);
      expect(readFileSync(at, 'utf8')).toBe(was);
    });

    test('what moved since the plan was made is named, and nothing is done', () => {
      up();
      const file = join(home, 'moved.json');
      expect(
        ullage('plan', 'btrfs-temporary-device', '--on', mount, '--set', `scratch=${scratch}`, '-o', file).status,
      ).toBe(0);
      run('umount', mount);
      gone(image);
      truncateSync(image, 600 * MIB);
      run('mount', run('losetup', '--find', '--show', image), mount);
      run('btrfs', 'filesystem', 'resize', 'max', mount);
      const refused = ullage('apply', file, '--yes');
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toMatch(/machine has moved.*its devices: was "1 size 536870912", is "1 size 629145600"/s);
      expect(readdirSync(scratch)).toEqual([]);
    });

    test('killed while the device is lent, then a reboot: attached again as the plan says, resumed, healed', () => {
      up();
      const file = join(home, 'reboot.json');
      ullage('plan', 'btrfs-temporary-device', '--on', mount, '--set', `scratch=${scratch}`, '-o', file);
      const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
      const lend = plan.steps.findIndex((step) => step.id === 'lend');
      // programs that change something, up to the one that lends: the loop device's own setting is one
      const at = plan.steps
        .slice(0, lend + 1)
        .reduce((sum, step) => sum + step.run.length + (step.writes?.length ?? 0), 0);
      const killed = spawnSync(process.execPath, [command, 'apply', file, '--yes'], {
        env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'reboot'), ULLAGE_FAULT: `kill-after:${at}` },
      });
      expect(killed.signal).toBe('SIGKILL');
      run('umount', mount);
      for (const one of readdirSync(scratch)) gone(join(scratch, one));
      gone(image);
      const device = run('losetup', '--find', '--show', image);
      run('btrfs', 'device', 'scan', '--forget');
      expect(spawnSync('mount', [device, mount]).status).not.toBe(0);
      const [, loop = '', back = ''] = /losetup (\S+) (\S+);/.exec(plan.notes[0] ?? '') ?? [];
      run('losetup', loop, back);
      run('btrfs', 'device', 'scan', loop);
      run('mount', device, mount);
      const resumed = spawnSync(process.execPath, [command, 'apply', '--resume', '--yes'], {
        encoding: 'utf8',
        env: { ...process.env, ULLAGE_STATE_DIR: join(home, 'reboot') },
      });
      expect(resumed.status, resumed.stderr).toBe(0);
      whole();
      healed();
    });

    test('crash loop: killed at every point, gone on with or taken back, nothing is lost', {
      timeout: 3_600_000,
    }, async () => {
      up();
      const file = join(home, 'crash.json');
      expect(
        ullage('plan', 'btrfs-temporary-device', '--on', mount, '--set', `scratch=${scratch}`, '-o', file).status,
      ).toBe(0);
      const counted = await crashLoop({
        plan: file,
        kinds: ['kill-write', 'kill-both', 'kill', 'kill-before', 'kill-after', 'fail', 'fail-after', 'timeout'],
        stride: 7,
        fresh: up,
        judge(after, where) {
          whole(where);
          if (after === 'resume') healed(where);
        },
      });
      console.log(`btrfs-temporary-device, crash loop: ${JSON.stringify(counted)}`);
      expect(counted.wrong).toEqual([]);
      expect(counted.points).toBeGreaterThan(5);
    });
  },
);
