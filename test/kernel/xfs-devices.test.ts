import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openXfs } from '../../src/formats/xfs/open.ts';
import { kernelSuite } from './ready.ts';
import { treeListing } from './support/trees.ts';
import { pattern, run } from './support/xfs-fill.ts';
import { listXfs, makeXfs, mounted, opened } from './support/xfs-image.ts';

kernelSuite('xfs: large devices and devices apart', ['loop', 'mkfs.xfs', 'xfs_io', 'losetup'], () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ullage-xfs-devices-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('8 TiB: inode numbers of more than 32 bits, in directories of 8-byte numbers', () => {
    const image = makeXfs(folder, 'vast', 8 * 2 ** 40, ['-l', 'size=16m', '-i', 'size=512']);
    mounted(image, '', (root) => {
      for (let i = 0; i < 40; i++) {
        mkdirSync(join(root, `d${i}`));
        for (let j = 0; j < 3; j++) writeFileSync(join(root, `d${i}`, `f${j}`), pattern(i * 500, j));
      }
    });
    const wanted = mounted(image, 'ro,norecovery', listXfs);
    const got = opened(image, (file) => {
      const tree = openXfs(file);
      const inodes = [...tree.entries(tree.node(tree.root), () => {})].map(({ inode }) => inode);
      return { ...treeListing(tree), largest: Math.max(...inodes) };
    });
    expect(got.damage).toEqual([]);
    expect(got.largest).toBeGreaterThan(2 ** 32);
    expect(Object.fromEntries(got.listing)).toEqual(Object.fromEntries(wanted));
  });

  test('a log on a device of its own: replayed when it is given, said when not', () => {
    const log = loopFile(folder, 'log.img', 32 * 2 ** 20);
    try {
      const image = makeXfs(folder, 'apart', 300 * 2 ** 20, ['-l', `logdev=${log.device},size=30m`]);
      mounted(image, `logdev=${log.device}`, (root) => {
        run('sync', ['-f', root]);
        for (let i = 0; i < 300; i++) writeFileSync(join(root, `f${i}`), '');
        run('xfs_io', ['-x', '-c', 'shutdown -f', root]);
      });
      const without = opened(image, (file) => openXfs(file).state);
      expect(without.log).toBe('stale');
      expect(without.notes[0]).toMatch(/^The log is on a device of its own/);
      run('sync', []);
      const got = opened(image, (file) =>
        opened(log.file, (device) => {
          const tree = openXfs(file, { log: device });
          return { ...treeListing(tree), state: tree.state };
        }),
      );
      expect(got.state.log).toBe('replayed');
      const wanted = mounted(image, `logdev=${log.device},noatime`, listXfs);
      expect(Object.fromEntries(got.listing)).toEqual(Object.fromEntries(wanted));
    } finally {
      run('losetup', ['-d', log.device]);
    }
  });

  test('a realtime device: its files are read when it is given, and said when not', (context) => {
    const realtime = loopFile(folder, 'rt.img', 64 * 2 ** 20);
    try {
      const image = makeXfs(folder, 'rt', 300 * 2 ** 20, ['-r', `rtdev=${realtime.device},extsize=64k`]);
      let wanted: ReturnType<typeof listXfs>;
      try {
        mounted(image, `rtdev=${realtime.device}`, (root) => {
          writeFileSync(join(root, 'plain'), pattern(70_000, 1));
          run('xfs_io', [
            '-f',
            '-c',
            'chattr +r',
            '-c',
            'pwrite -S 0x41 0 300k',
            '-c',
            'pwrite -S 0x42 2m 1m',
            join(root, 'rt'),
          ]);
        });
        wanted = mounted(image, `rtdev=${realtime.device},ro,norecovery`, listXfs);
      } catch (error) {
        return context.skip(`this kernel mounts no realtime device: ${(error as Error).message.slice(0, 80)}`);
      }
      run('sync', []);
      const given = opened(image, (file) =>
        opened(realtime.file, (device) => treeListing(openXfs(file, { realtime: device }))),
      );
      expect(given.damage).toEqual([]);
      expect(Object.fromEntries(given.listing)).toEqual(Object.fromEntries(wanted));
      const alone = opened(image, (file) => treeListing(openXfs(file)));
      expect(alone.damage.map(({ what }) => what)).toContain(
        'content lies on the realtime device, which was not given',
      );
      expect(alone.listing.get('/plain')).toEqual(wanted.get('/plain'));
    } finally {
      run('losetup', ['-d', realtime.device]);
    }
  });
});

function loopFile(folder: string, name: string, bytes: number): { file: string; device: string } {
  const file = join(folder, name);
  writeFileSync(file, '');
  truncateSync(file, bytes);
  return { file, device: run('losetup', ['-f', '--show', file]).trim() };
}
