import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Report } from '../../src/causes/report.ts';
import { kernelSuite } from './ready.ts';
import { exhaustBtrfsMetadata } from './support/btrfs-enospc.ts';
import { type Dockerd, importBusybox, startDockerd } from './support/dockerd.ts';
import { type Sshd, startSshd } from './support/sshd.ts';

/** The first incident on a live daemon, seen through every door of the product. */
kernelSuite(
  'a real dockerd on btrfs with every chunk allocated',
  [
    'loop',
    'mkfs.btrfs',
    'btrfs',
    'dockerd',
    'docker',
    'containerd',
    'runc',
    'busybox',
    'sshd',
    'ssh',
    'ssh-keygen',
    'curl',
  ],
  () => {
    let home: string;
    let device = '';
    let daemon: Dockerd | undefined;
    let sshd: Sshd | undefined;

    const run = (...argv: string[]): string => {
      const done = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
      if (done.status !== 0) throw new Error(`${argv.join(' ')}: ${done.stderr}`);
      return done.stdout.trim();
    };
    const ullage = (...words: string[]) => {
      const asks = words.includes('--json') || words.includes('-o');
      // whatever the machine is busy with, all looks are to get every answer
      const argv = asks && !words.includes('--capture') ? [...words, '--timeout', '600'] : words;
      const done = spawnSync(process.execPath, ['--import', 'tsx', 'test/kernel/support/ullage.ts', ...argv], {
        encoding: 'utf8',
        maxBuffer: 64 * 2 ** 20,
        env: { ...process.env, ...(sshd ? { ULLAGE_SSH_CONFIG: sshd.config } : {}) },
      });
      const how = `${argv.join(' ')}: ${done.status ?? done.signal} ${done.error?.message ?? ''} ${done.stderr}`;
      if (argv.includes('--json') && done.stdout === '') throw new Error(how);
      return done;
    };
    /** The report without what other programs on the machine change while we look: other file systems' fill. */
    const report = (text: string): Report => {
      const whole = JSON.parse(text) as Report;
      const ours = (path: string | undefined) => path?.startsWith(home) === true;
      const findings = whole.findings.filter((finding) => finding.subject.includes(home));
      return {
        ...whole,
        findings,
        stack: whole.stack.filter((layer) => ours(layer.path)),
        headroom: whole.headroom.filter((room) => ours(room.consumer)),
      };
    };

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'ullage-dockerd-'));
      chmodSync(home, 0o755); // the look without root goes through it
      const image = join(home, 'image');
      writeFileSync(image, '');
      truncateSync(image, 512 * 2 ** 20);
      device = run('losetup', '--find', '--show', image);
      run('mkfs.btrfs', '-q', '-f', '-m', 'dup', device);
      mkdirSync(join(home, 'data'));
      run('mount', device, join(home, 'data'));
      daemon = await startDockerd(home, join(home, 'data'), 'btrfs');
      importBusybox(daemon, home, 'busybox:local');
      const first = daemon.docker('run', '--network', 'none', 'busybox:local', 'true');
      if (first.status !== 0) throw new Error(`docker run on a healthy host: ${first.stderr}`);
      if (!exhaustBtrfsMetadata(join(home, 'data'), join(home, 'data', 'volumes', 'cache')))
        throw new Error('creates still work');
      const keys = join(home, 'ssh');
      mkdirSync(keys);
      sshd = await startSshd(keys);
    });

    afterAll(async () => {
      sshd?.stop();
      await daemon?.stop();
      spawnSync('umount', ['-R', '-l', join(home, 'data')]);
      if (device) spawnSync('losetup', ['--detach', device]);
      rmSync(home, { recursive: true, force: true });
    });

    test('docker fails with the very message of the incident while df shows free space', () => {
      expect(daemon?.docker('run', '--rm', '--network', 'none', 'busybox:local', 'true').stderr).toContain(
        'no space left on device',
      );
      const available = Number(run('df', '-B1', '--output=avail', join(home, 'data')).split('\n')[1]);
      expect(available).toBeGreaterThan(100 * 2 ** 20);
    });

    test('doctor confirms the cause first, with status 2 and no byte of headroom', () => {
      const done = ullage('doctor', '--json');
      expect(done.status).toBe(2);
      const { findings, headroom } = report(done.stdout);
      expect(findings[0]).toMatchObject({
        cause: 'btrfs-metadata-exhausted',
        confidence: 'confirmed',
        severity: 'critical',
        subject: join(home, 'data'),
      });
      expect(headroom.find((room) => room.consumer === join(home, 'data'))).toMatchObject({
        bytes: 0,
        stoppedBy: { resource: 'metadata' },
      });
    });

    test('the same through ssh, and from the capture of each: byte for byte', () => {
      const local = ullage('doctor', '--json');
      const remote = ullage('doctor', sshd?.target ?? '', '--json');
      expect(remote.stderr).toBe('');
      const capture = join(home, 'host.tar.gz');
      expect(ullage('capture', '-o', capture).status).toBe(0);
      const replayed = ullage('doctor', '--capture', capture, '--json');
      const farCapture = join(home, 'far');
      expect(ullage('capture', sshd?.target ?? '', '-o', farCapture).status).toBe(0);
      const farReplayed = ullage('doctor', '--capture', farCapture, '--json');
      const findings = (text: string) => JSON.stringify(report(text).findings, null, 2);
      for (const other of [remote, replayed, farReplayed]) {
        expect(findings(other.stdout)).toBe(findings(local.stdout));
        expect(report(other.stdout)).toEqual(report(local.stdout));
      }
    });

    test('the capture made by the shell script gives the same findings', () => {
      const script = ullage('capture', '--script').stdout;
      const out = join(home, 'by-script.tar.gz');
      const made = spawnSync('sh', ['-c', 'sh -s -- - > "$1"', 'sh', out], {
        input: script,
        encoding: 'utf8',
        timeout: 120_000,
      });
      expect(made.status).toBe(0);
      const { findings } = report(ullage('doctor', '--capture', out, '--json').stdout);
      expect(findings[0]).toMatchObject({
        cause: 'btrfs-metadata-exhausted',
        confidence: 'confirmed',
        subject: join(home, 'data'),
      });
    });

    test('without root it still names the cause, and what root would add', () => {
      // nobody may not be let into where the project is, nor into root's own programs
      const command = join(home, 'command');
      mkdirSync(command);
      run(process.execPath, '--import', 'tsx', 'scripts/build.ts', '--bin');
      run('cp', '-r', '--parents', 'package.json', 'dist/bin', command);
      const done = spawnSync(process.execPath, [join(command, 'dist/bin/ullage.cjs'), 'doctor', '--json'], {
        encoding: 'utf8',
        uid: 65534,
        gid: 65534,
        cwd: '/',
        maxBuffer: 64 * 2 ** 20,
        env: { ...process.env, HOME: '/' },
      });
      expect(done.stdout, done.stderr).not.toBe('');
      const { findings, unknown } = JSON.parse(done.stdout) as Report;
      expect(findings.find((finding) => finding.subject === join(home, 'data'))).toMatchObject({
        cause: 'btrfs-metadata-exhausted',
        confidence: 'confirmed',
      });
      expect(unknown.some((one) => /root|permission/i.test(one.why))).toBe(true);
    });
  },
);
