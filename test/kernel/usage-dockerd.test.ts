import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UsageDocument, UsageItem } from '../../src/usage/document.ts';
import { kernelSuite } from './ready.ts';
import { type Dockerd, importBusybox, startDockerd } from './support/dockerd.ts';
import { waitDead } from './support/ended.ts';
import { strike } from './support/leftovers.ts';
import { must, qgroups } from './support/loops.ts';

const NEEDS = ['loop', 'mkfs.ext4', 'mkfs.btrfs', 'btrfs', 'dockerd', 'docker', 'containerd', 'runc', 'busybox'];

kernelSuite('usage of a live dockerd', NEEDS, () => {
  describe.each(['overlay2', 'btrfs'])('%s', (driver) => {
    let home = '';
    let data = '';
    let daemon: Dockerd;

    const usage = (...options: string[]): UsageDocument => {
      const done = spawnSync(
        process.execPath,
        ['--import', 'tsx', 'test/kernel/support/ullage.ts', 'usage', '--json', ...options, data],
        {
          encoding: 'utf8',
          maxBuffer: 256 * 2 ** 20,
        },
      );
      expect(done.stderr).toBe('');
      return JSON.parse(done.stdout) as UsageDocument;
    };
    const docker = (...argv: string[]): string => {
      const done = daemon.docker(...argv);
      if (done.status !== 0) throw new Error(`docker ${argv.join(' ')}: ${done.stderr}`);
      return done.stdout.trim();
    };
    const run = (name: string, image: string, ...command: string[]) =>
      docker('run', '--name', name, '--network', 'none', '--init', '--stop-timeout', '1', image, ...command);
    const item = (document: UsageDocument, kind: string, name: string): UsageItem => {
      const found = document.items.find((one) => one.kind === kind && one.name.split(', ').includes(name));
      if (!found) throw new Error(`no ${kind} ${name}`);
      return found;
    };
    const sync = () => must('sync', '-f', data);
    let layersAt = '';
    const layerNames = () => readdirSync(layersAt).filter((name) => name !== 'l');
    const until = (so: () => boolean, what: string): void => {
      const end = Date.now() + 120_000;
      while (!so()) {
        if (Date.now() > end) throw new Error(`not within two minutes: ${what}`);
        spawnSync('sleep', ['0.2']);
      }
    };
    /** bytes that the file system has in use, of data and metadata, once nothing is on its way any more */
    const inUse = (): number => {
      sync();
      if (driver === 'btrfs') {
        must('btrfs', 'subvolume', 'sync', data);
        must('btrfs', 'filesystem', 'sync', data);
      }
      return Number(must('df', '-B1', '--output=used', data).split('\n')[1]);
    };

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'ullage-usage-'));
      data = join(home, 'data');
      layersAt = join(data, driver === 'btrfs' ? 'btrfs/subvolumes' : 'overlay2');
      const image = join(home, 'image');
      mkdirSync(data);
      writeFileSync(image, '');
      truncateSync(image, 3 * 2 ** 30);
      if (driver === 'btrfs') must('mkfs.btrfs', '-q', '-msingle', image);
      else must('mkfs.ext4', '-q', '-F', image);
      must('mount', '-o', 'loop,noatime', image, data);
      daemon = await startDockerd(home, data, driver);
      importBusybox(daemon, home, 'busybox:latest');
      run('build', 'busybox:latest', 'dd', 'if=/dev/urandom', 'of=/layer', 'bs=1M', 'count=12');
      docker('commit', 'build', 'app:1');
      run('build2', 'app:1', 'dd', 'if=/dev/urandom', 'of=/more', 'bs=1M', 'count=7');
      docker('commit', 'build2', 'app:2');
      docker('rm', 'build', 'build2');
      docker('volume', 'create', 'data');
      run(
        'talks',
        'app:2',
        'sh',
        '-c',
        'i=0; while [ $i -lt 20000 ]; do echo line $i of what it has to say; i=$((i+1)); done',
      );
      docker(
        'run',
        '-d',
        '--name',
        'work',
        '--network',
        'none',
        '--init',
        '--stop-timeout',
        '1',
        '-v',
        'data:/data',
        'app:1',
        'sh',
        '-c',
        'dd if=/dev/urandom of=/data/file bs=1M count=5; dd if=/dev/urandom of=/own bs=1M count=3; echo written; sleep 100000',
      );
      until(() => docker('logs', 'work').includes('written'), 'the container has written its files');
      sync();
    });
    afterAll(async () => {
      daemon?.docker('kill', 'work');
      await daemon?.stop();
      spawnSync('umount', ['-R', '-l', data]);
      rmSync(home, { recursive: true, force: true });
    });

    test('names what holds the space', () => {
      const document = usage();
      expect(document.orphans).toEqual([]);
      expect(document.notJudged).toEqual([]);
      const MIB = 2 ** 20;
      const near = (value: number, mib: number) => expect(Math.abs(value - mib * MIB)).toBeLessThan(0.3 * MIB);
      near(item(document, 'volume', 'data').exclusive, 5);
      near(item(document, 'container', 'work').exclusive, 3);
      expect(item(document, 'container', 'work').state).toBe('running');
      expect(item(document, 'log', 'talks').exclusive).toBeGreaterThan(0.5 * MIB);
      expect(item(document, 'container', 'talks').exclusive).toBeGreaterThan(item(document, 'log', 'talks').exclusive);
      // both images are in use by containers: deleting one alone gives nothing back but its records
      expect(item(document, 'image', 'app:2').exclusive).toBe(0);
      near(item(document, 'image', 'app:2').shared - item(document, 'image', 'app:1').shared, 7);
    });

    test('every byte once: the sum is what du says', () => {
      const document = usage();
      if (driver === 'overlay2') {
        const du = Number(must('du', '-sx', '-B1', data).split('\t')[0]);
        expect(document.totals.onDisk).toBe(du);
        return;
      }
      const told = qgroups(data);
      const layers = must('btrfs', 'subvolume', 'list', data)
        .trim()
        .split('\n')
        .map((line) => /^ID (\d+) .* path btrfs\/subvolumes\/(\S+)$/.exec(line));
      const after = usage();
      for (const match of layers) {
        const found = after.items.find(({ id }) => id === match?.[2]);
        expect(found && { referenced: found.onDisk, exclusive: found.exclusive }).toEqual(told.get(match?.[1] ?? ''));
      }
      must('btrfs', 'quota', 'disable', data);
    });

    test('what deleting a set gives back is what it gives back', () => {
      run('extra', 'app:2', 'dd', 'if=/dev/urandom', 'of=/extra', 'bs=1M', 'count=4');
      docker('commit', 'extra', 'extra:1');
      run('user', 'extra:1', 'dd', 'if=/dev/urandom', 'of=/mine', 'bs=1M', 'count=2');
      sync();
      const one = usage('--delete', 'extra:1').deletion?.givesBack ?? -1;
      const set = usage('--delete', 'extra', '--delete', 'user', '--delete', 'extra:1').deletion?.givesBack ?? -1;
      const before = inUse();
      expect(one).toBe(0);
      docker('rm', 'extra', 'user');
      docker('rmi', 'extra:1');
      const freed = before - inUse();
      expect(Math.abs(freed - set)).toBeLessThan(0.5 * 2 ** 20);
      expect(set).toBeGreaterThan(9.5 * 2 ** 20);
    });

    test('healthy states have no orphans, whatever was just made and removed', async () => {
      let state = driver.length;
      const random = (below: number): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      const alive: string[] = [];
      for (let step = 0; step < 40; step++) {
        const action = random(6);
        if (action < 2) {
          const name = `random${step}`;
          docker('create', '--name', name, '--network', 'none', `app:${1 + random(2)}`, 'true');
          alive.push(name);
        } else if (action === 2 && alive.length > 0) docker('rm', alive.splice(random(alive.length), 1)[0] ?? '');
        else if (action === 3 && alive.length > 0)
          docker('commit', alive[random(alive.length)] ?? '', `committed:${step}`);
        else if (action === 4) docker('image', 'prune', '-f');
        else daemon.docker('rmi', `committed:${random(step + 1)}`);
        if (step % 4 === 0) expect(usage().orphans).toEqual([]);
      }
      // while an import is at work
      const before = layerNames();
      const tar = spawn(
        'sh',
        [
          '-c',
          `(head -c 20000000 "${join(home, 'busybox.tar')}"; sleep 300) | docker -H unix://${daemon.socket} import - half:1`,
        ],
        { stdio: 'ignore', detached: true },
      );
      until(() => layerNames().length > before.length, 'the import begins');
      expect(usage().orphans).toEqual([]);
      // with its sleep and its client, and to its end: cut off by the next test, it would be an orphan more
      if (tar.pid) strike([-tar.pid], 'SIGTERM');
      until(() => layerNames().length === before.length, 'the daemon clears its import away');
    });

    test('a killed import is found exactly', async () => {
      const half = join(home, 'half.tar');
      mkdirSync(join(home, 'half'));
      writeFileSync(join(home, 'half', 'big'), Buffer.alloc(30 * 2 ** 20, 'incompressible? no matter'));
      must('tar', '-C', join(home, 'half'), '-cf', half, '.');
      const before = layerNames();
      const sending = spawn(
        'sh',
        ['-c', `(head -c 25000000 "${half}"; sleep 300) | docker -H unix://${daemon.socket} import - half:2`],
        { stdio: 'ignore', detached: true },
      );
      const made = () => layerNames().find((name) => !before.includes(name));
      until(() => {
        const name = made();
        return name !== undefined && Number(must('du', '-sb', join(layersAt, name)).split('\t')[0]) > 20e6;
      }, 'the import has written most of it');
      sync();
      const pid = Number(readFileSync(join(home, 'run', 'docker.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      // as long as it lives it clears away what is no longer sent
      waitDead(pid);
      if (sending.pid) strike([-sending.pid], 'SIGTERM');
      rmSync(join(home, 'run', 'docker.pid'), { force: true });
      spawnSync('sleep', ['4']);
      daemon = await startDockerd(home, data, driver);
      sync();
      const { orphans, notJudged } = usage();
      expect(notJudged).toEqual([]);
      const layers = orphans.filter(({ kind }) => kind === 'layer');
      expect(layers, JSON.stringify(orphans)).toHaveLength(1);
      expect(orphans.filter(({ kind }) => kind === 'other').map(({ path }) => path)).toEqual([
        expect.stringMatching(/layerdb\/tmp\/write-set-\d+$/),
      ]);
      expect(layers[0]?.exclusive).toBeGreaterThan(20e6);
      expect(layers[0]?.path.split('/').at(-1)).toBe(made());
      expect(layers[0]?.proof).toContain('cache-id');
    });
  });
});
