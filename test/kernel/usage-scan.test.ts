import { spawn, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UsageDocument } from '../../src/usage/document.ts';
import { kernelSuite } from './ready.ts';
import { ended } from './support/ended.ts';
import { must } from './support/loops.ts';

const FILES = Number(process.env['ULLAGE_SCAN_FILES'] ?? 40_000);

kernelSuite('usage of directories equals du', ['loop', 'du', 'mkfs.ext4'], () => {
  let home = '';
  const usage = (path: string): UsageDocument => {
    const done = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'test/kernel/support/ullage.ts', 'usage', '--json', path],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    expect([done.stderr, done.status]).toEqual(['', 0]);
    return JSON.parse(done.stdout) as UsageDocument;
  };
  const du = (path: string) => Number(must('du', '-sx', '-B1', path).split('\t')[0]);
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-scan-'));
  });
  afterEach(() => {
    spawnSync('umount', ['-R', '-l', join(home, 'tree', 'mounted')]);
    spawnSync('umount', ['-l', join(home, 'tree', 'bound')]);
    rmSync(home, { recursive: true, force: true });
  });

  /** Layers with hard links inside and across, symbolic links out, sparse and reserved files, names of all kinds. */
  function fill(root: string, files: number): void {
    for (let i = 0; i < files; i++) {
      const directory = join(root, `layer${i % 23}`, `d${i % 101}`, i % 3 ? 'lib' : '');
      mkdirSync(directory, { recursive: true });
      const path = join(directory, `file${i}`);
      if (i % 29 === 1) symlinkSync('/', path);
      else writeFileSync(path, 'x'.repeat((i * 7919) % 6000));
      if (i % 31 === 0) linkSync(path, `${path}-again`);
      if (i % 97 === 0) linkSync(path, join(root, `layer${(i + 1) % 23}`, `link${i}`));
      if (i % 501 === 0 && i % 29 !== 1) truncateSync(path, 10 ** 9);
    }
  }

  test(`${FILES} files`, () => {
    const tree = join(home, 'tree');
    for (let i = 0; i < 23; i++) mkdirSync(join(tree, `layer${i}`), { recursive: true });
    fill(tree, FILES);
    const odd = Buffer.concat([
      Buffer.from(`${tree}/layer0/`),
      Buffer.from([0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a, 0x0a]),
      Buffer.alloc(200, 0xe9),
    ]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/inside')]), 'x'.repeat(100_000));
    const document = usage(tree);
    expect(document.warnings).toEqual([]);
    expect(document.totals.onDisk).toBe(du(tree));
    expect(document.totals.shared).toBeGreaterThan(0);
    for (const { path, onDisk } of document.items.filter(({ kind }) => kind === 'directory'))
      expect([path, onDisk]).toEqual([path, du(path)]);
  });

  test('other file systems and directories mounted a second time are not counted', () => {
    const tree = join(home, 'tree');
    for (const name of ['own', 'mounted', 'bound']) mkdirSync(join(tree, name), { recursive: true });
    writeFileSync(join(tree, 'own', 'file'), 'x'.repeat(300_000));
    must('mount', '-t', 'tmpfs', 'tmpfs', join(tree, 'mounted'));
    writeFileSync(join(tree, 'mounted', 'file'), 'x'.repeat(700_000));
    const before = usage(tree).totals.onDisk;
    must('mount', '--bind', join(tree, 'own'), join(tree, 'bound'));
    const { totals } = usage(tree);
    expect(totals.onDisk).toBeLessThanOrEqual(before);
    expect(totals.onDisk).toBeGreaterThan(300_000);
    expect(totals.onDisk).toBeLessThan(400_000);
  });

  test('a tree that changes all the time: no crash, and it says what moved', async () => {
    const tree = join(home, 'tree');
    for (let i = 0; i < 23; i++) mkdirSync(join(tree, `layer${i}`), { recursive: true });
    fill(tree, 8000);
    const outside = join(home, 'outside');
    mkdirSync(outside);
    const whole = du(tree);
    writeFileSync(join(outside, 'large'), Buffer.alloc(50 * 2 ** 20));
    // directories come and go, and turn into links that lead out
    const churn = spawn(
      'sh',
      [
        '-c',
        'cd "$1"; while :; do for i in 1 2 3 4 5 6 7 8 9; do mkdir -p layer$i/churn/deep/er; echo x > layer$i/churn/deep/er/f; mv layer$i/d$i layer$i/moved; ln -s "$2" layer$i/d$i; rm -rf layer$i/churn; rm layer$i/d$i; mv layer$i/moved layer$i/d$i; done; done',
        'sh',
        tree,
        outside,
      ],
      { stdio: 'ignore', detached: true },
    );
    try {
      for (let i = 0; i < 4; i++) expect(usage(tree).totals.onDisk).toBeLessThan(whole + 20 * 2 ** 20);
    } finally {
      // with the program it is waiting for
      if (churn.pid) process.kill(-churn.pid, 'SIGKILL');
      await ended(churn);
    }
  });
});
