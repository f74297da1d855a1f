import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from '../../src/cli/watch.ts';
import { careOnce, readCare } from '../../src/cli/watch-care.ts';
import { openHost } from '../../src/host/open.ts';
import { ownName } from '../../src/host/process-mark.ts';
import type { CareLedger } from '../../src/watch/care/ledger.ts';
import { kernelSuite } from './ready.ts';
import { ended, isDead } from './support/ended.ts';
import { freePort } from './support/free-port.ts';
import { type BtrfsOnLoops, makeBtrfs, must } from './support/loops.ts';

const MIB = 2 ** 20;
/** The program that sleeps until the kernel has a new line, once it does. */
const followerOf = (watch: number): string | undefined =>
  readdirSync('/proc').find((pid) => {
    try {
      const [, parent] = /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (Number(parent) !== watch || !argv.includes('--follow-new')) return false;
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === '/dev/kmsg');
    } catch {
      return false; // not a process, or one that has ended meanwhile
    }
  });
const LOCK = '/run/ullage-apply.lock';
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

kernelSuite(
  'watch changes what it may: care on a real btrfs',
  ['loop', 'mkfs.btrfs', 'btrfs', 'ionice', 'fallocate'],
  () => {
    const home = mkdtempSync(join(tmpdir(), 'ullage-care-'));
    const state = join(home, 'state');
    const limits = join(home, 'care.json');
    const said = join(home, 'classes');
    let disk: BtrfsOnLoops;

    beforeAll(() => {
      vi.stubEnv('ULLAGE_STATE_DIR', state);
      disk = makeBtrfs(join(home, 'disk'), 1, ['-m', 'single', '-d', 'single'], 'noatime', 768 * MIB);
      // every chunk allocated, then each second file away: half-empty chunks all over
      for (let index = 0; spawnSync('fallocate', ['-l', '8M', join(disk.mount, `f${index}`)]).status === 0; index++);
      must('sync', '-f', disk.mount);
      for (const [index, name] of readdirSync(disk.mount).sort().entries())
        if (index % 3 > 0) rmSync(join(disk.mount, name));
      writeFileSync(join(disk.mount, 'kept'), 'as it was');
      must('sync', '-f', disk.mount);
      // before the real one stands one that tells with which I/O class it was started
      const real = must('sh', '-c', 'command -v btrfs').trim();
      mkdirSync(join(home, 'bin'));
      writeFileSync(join(home, 'bin/btrfs'), `#!/bin/sh\necho "$1 $2 $(ionice -p $$)" >> ${said}\nexec ${real} "$@"\n`);
      chmodSync(join(home, 'bin/btrfs'), 0o755);
    });

    afterAll(() => {
      vi.unstubAllEnvs();
      disk?.remove();
      rmSync(home, { recursive: true, force: true });
    });

    const clock = (shift: number): string => new Date(Date.now() + shift * 60_000).toTimeString().slice(0, 5);
    const allow = (window: string, target = '100m'): void =>
      writeFileSync(
        limits,
        JSON.stringify({
          version: 1,
          window,
          remedies: { 'btrfs-rebalance': { when: 'window', on: [disk.mount], set: { target } } },
        }),
      );
    const care = () =>
      spawnSync(
        process.execPath,
        ['--import', TSX, 'test/kernel/support/ullage.ts', 'watch', '--once', '--care', limits, '--on', disk.mount],
        {
          encoding: 'utf8',
          env: { ...process.env, ULLAGE_STATE_DIR: state, PATH: `${join(home, 'bin')}:${process.env['PATH']}` },
        },
      );
    /** The same in this process, where the idle class would stay. */
    const here = async () => {
      const host = await openHost(undefined);
      try {
        return await careOnce(host, { ...(await readCare(limits)), idle: false }, [], () => {});
      } finally {
        await host.close();
      }
    };
    const runs = () => (JSON.parse(readFileSync(join(state, 'care.json'), 'utf8')) as CareLedger).runs;
    const unallocated = (): number =>
      Number(/Device unallocated:\s+(\d+)/.exec(must('btrfs', 'filesystem', 'usage', '--raw', disk.mount))?.[1]);

    test('outside its window nothing, inside it a rebalance at idle class, not again, and nothing beside another apply', async () => {
      expect(unallocated()).toBeLessThan(16 * MIB);
      allow(`${clock(60)}-${clock(120)}`);
      expect(care()).toMatchObject({ status: 0, stderr: '' });
      expect(existsSync(join(state, 'care.json'))).toBe(false);

      allow(`${clock(-60)}-${clock(60)}`);
      const done = care();
      expect(done.stderr).toContain('applied');
      expect(done.status).toBe(0);
      const [one] = runs();
      expect(one).toMatchObject({ remedy: 'btrfs-rebalance', on: disk.mount, outcome: 'applied' });
      expect(readFileSync(one?.journal ?? '', 'utf8')).toMatch(/"event":"finished","outcome":"applied"/);
      expect(unallocated()).toBeGreaterThan(64 * MIB);
      expect(readFileSync(join(disk.mount, 'kept'), 'utf8')).toBe('as it was');
      expect(readFileSync(said, 'utf8')).toMatch(/^balance start idle$/m);
      expect(readFileSync(said, 'utf8')).not.toMatch(/^balance start (?!idle)/m);
      expect(existsSync(LOCK)).toBe(false);

      allow(`${clock(-60)}-${clock(60)}`, '300m');
      expect(await here()).toEqual([]);
      expect(runs()).toHaveLength(1);
      rmSync(join(state, 'care.json'));
      symlinkSync(ownName(), LOCK);
      try {
        expect(await here()).toMatchObject([{ outcome: 'busy' }]);
      } finally {
        rmSync(LOCK);
      }
      expect(runs().at(-1)?.outcome).toBe('busy');
    });

    test('--install writes units that systemd takes, --uninstall leaves none of them', async () => {
      allow('02:00-05:00');
      const root = join(home, 'root');
      const watch = (...argv: string[]) => run([...argv, '--root', root]);
      const units = join(root, 'etc/systemd/system');
      const there = () => readdirSync(units).filter((name) => name.startsWith('ullage'));
      const verify = (...names: string[]) => {
        if (spawnSync('systemd-analyze', ['--version']).status !== 0) return '';
        const argv = ['verify', '--man=no', ...names.map((name) => join(units, name))];
        const ran = spawnSync('systemd-analyze', argv, { encoding: 'utf8' });
        return (ran.stdout + ran.stderr)
          .split('\n')
          .filter((line) => line.includes('ullage'))
          .join('\n');
      };
      expect(await watch('--install', '--listen', '127.0.0.1:9723', '--care', limits)).toBe(0);
      expect(there().sort()).toEqual(['ullage-care.service', 'ullage-care.timer', 'ullage-watch.service']);
      expect(readFileSync(join(units, 'ullage-watch.service'), 'utf8')).not.toContain('--care');
      expect(readFileSync(join(units, 'ullage-care.service'), 'utf8')).toContain(`--once --care ${limits}`);
      expect(verify(...there())).toBe('');
      await expect(watch('--install', '--once')).rejects.toThrow('nobody would get what a timer sees');
      await expect(watch('--install', '--listen', 'here')).rejects.toThrow('not an address with a port');
      // installed anew as a timer: what the service had is gone
      expect(await watch('--install', '--once', '--textfile', join(home, 'ullage.prom'))).toBe(0);
      expect(there().sort()).toEqual(['ullage-watch.service', 'ullage-watch.timer']);
      expect(verify(...there())).toBe('');
      expect(await watch('--uninstall')).toBe(0);
      expect(must('find', root, '-name', 'ullage*')).toBe('');
    });

    test('a line of the kernel about storage is followed by a look at once', async () => {
      const port = await freePort();
      const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const looked = async (): Promise<number> =>
        Number(/^ullage_look_timestamp_seconds (\d+)$/m.exec(await metrics().catch(() => ''))?.[1] ?? 0);
      const later = async (than: number, ms: number): Promise<number> => {
        for (const end = Date.now() + ms; Date.now() < end; ) {
          const at = await looked();
          if (at > than) return at;
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        return 0;
      };
      const watch: ChildProcess = spawn(
        process.execPath,
        [
          '--import',
          TSX,
          'test/kernel/support/ullage.ts',
          'watch',
          '--interval',
          '3600',
          '--no-history',
          '--listen',
          `127.0.0.1:${port}`,
        ],
        { stdio: 'ignore', env: { ...process.env, ULLAGE_STATE_DIR: state } },
      );
      try {
        const first = await later(0, 90_000);
        expect(first).toBeGreaterThan(0);
        // it listens from now on: what was said before it does is seen by the next look
        await vi.waitFor(() => expect(followerOf(watch.pid ?? 0), 'dmesg follows').toBeDefined(), {
          timeout: 60_000,
        });
        writeFileSync('/dev/kmsg', '<4>a line of nothing that is watched\n');
        expect(await later(first, 2500), 'a line of something else').toBe(0);
        const said = Math.floor(Date.now() / 1000);
        writeFileSync('/dev/kmsg', '<4>BTRFS warning (device ullage-test): written by a test of ullage\n');
        const second = await later(first, 60_000);
        expect(second, 'begun soon').toBeGreaterThanOrEqual(said);
        // by itself it looks once an hour
        expect(second).toBeLessThanOrEqual(said + 60);
        const follower = followerOf(watch.pid ?? 0);
        expect(follower, 'dmesg follows').toBeDefined();
        watch.kill('SIGKILL');
        await vi.waitFor(
          // an orphan is dead at once and stands there until init has taken its status
          () => expect(isDead(Number(follower)), 'dmesg outlives a watch that is killed').toBe(true),
          { timeout: 60_000 },
        );
      } finally {
        await ended(watch);
      }
    });
  },
);
