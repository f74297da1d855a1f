import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openXfs } from '../../src/formats/xfs/open.ts';
import { kernelSuite } from './ready.ts';
import { treeListing } from './support/trees.ts';
import { fillXfs, pattern, run } from './support/xfs-fill.ts';
import { listXfs, makeXfs, mkfsTakes, mounted, opened } from './support/xfs-image.ts';

const MAKES: readonly { name: string; mkfs: string[]; rounds: number; newer?: boolean }[] = [
  { name: 'defaults', mkfs: [], rounds: 1 },
  { name: 'a log gone round several times', mkfs: ['-l', 'size=10m'], rounds: 6 },
  {
    name: 'blocks of 1 KiB, directory blocks of 8 KiB',
    mkfs: ['-b', 'size=1024', '-n', 'size=8192'],
    rounds: 2,
  },
  {
    name: 'stripes in the log, rmap',
    mkfs: ['-l', 'version=2,su=256k', '-m', 'rmapbt=1', '-i', 'nrext64=1'],
    rounds: 2,
  },
  { name: 'parent pointers', mkfs: ['-n', 'parent=1', '-i', 'exchange=1', '-l', 'size=64m'], rounds: 2, newer: true },
];

kernelSuite('xfs: a log that was not emptied', ['loop', 'mkfs.xfs', 'xfs_io', 'setfattr', 'setfacl'], () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ullage-xfs-log-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const make of MAKES) {
    test(`${make.name}: as the kernel's own recovery`, (context) => {
      if (make.newer && !mkfsTakes(folder, 700 * 2 ** 20, make.mkfs))
        return context.skip(`mkfs.xfs here takes no ${make.mkfs.join(' ')}`);
      const image = makeXfs(folder, 'dirty', 700 * 2 ** 20, make.mkfs);
      mounted(image, '', (root) => {
        fillXfs(root, { names: 3000, pieces: 1500, reflink: true });
        run('sync', ['-f', root]);
        for (let round = 0; round < make.rounds; round++) change(root, round);
        run('xfs_io', ['-x', '-c', 'shutdown -f', root]);
      });
      compare(folder, image);
    });
  }

  test('cut off without a last flush, several times over', () => {
    const image = makeXfs(folder, 'cut', 400 * 2 ** 20, ['-l', 'size=16m']);
    for (let round = 0; round < 4; round++) {
      mounted(image, '', (root) => {
        if (round === 0) fillXfs(root, { names: 1500, pieces: 600, reflink: true });
        change(root, round + 10);
        run('xfs_io', ['-x', '-c', 'shutdown', root]);
      });
      compare(folder, image);
    }
  });

  test('copied while it is being written', () => {
    const image = makeXfs(folder, 'live', 400 * 2 ** 20, []);
    const copy = join(folder, 'live-copy.img');
    mounted(image, '', (root) => {
      fillXfs(root, { names: 1500, pieces: 600, reflink: true });
      change(root, 20);
      // what freezing leaves in the log is a lone record; the copy is of one moment
      run('fsfreeze', ['-f', root]);
      try {
        copyFileSync(image, copy);
      } finally {
        run('fsfreeze', ['-u', root]);
      }
    });
    compare(folder, copy);
  });
});

/** Our tree of the image against the kernel's after it recovered a copy. */
function compare(folder: string, image: string): void {
  const copy = join(folder, 'recovered.img');
  execFileSync('cp', ['--sparse=always', image, copy]);
  const wanted = mounted(copy, 'noatime', (root) => listXfs(root));
  const got = opened(image, (file) => {
    const tree = openXfs(file);
    return { ...treeListing(tree), state: tree.state };
  });
  expect(got.state).toMatchObject({ clean: false, log: 'replayed' });
  expect(got.damage).toEqual([]);
  expect([...got.listing.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [path, one] of wanted) expect({ path, ...got.listing.get(path) }).toEqual({ path, ...one });
}

/** What leaves every kind of item in the log: new inodes, freed blocks taken again, forks that grow and shrink. */
function change(root: string, round: number): void {
  const at = (...parts: string[]): string => join(root, ...parts);
  const folder = at(`round-${round}`);
  mkdirSync(folder);
  for (let i = 0; i < 2500; i++)
    writeFileSync(join(folder, `new-${i}-${'n'.repeat(i % 90)}`), i % 4 === 0 ? pattern(i * 3, i) : '');
  for (let i = 0; i < 2500; i++) {
    if (i % 3 === 0) rmSync(join(folder, `new-${i}-${'n'.repeat(i % 90)}`));
    else if (i % 5 === 0) renameSync(join(folder, `new-${i}-${'n'.repeat(i % 90)}`), join(folder, `moved-${i}`));
  }
  for (let i = 0; i < 300; i++) {
    mkdirSync(join(folder, `directory-${i}`));
    writeFileSync(join(folder, `directory-${i}`, 'inside'), `${round}`);
  }
  rmSync(join(root, round % 2 === 0 ? `round-${round - 2}` : 'none'), { recursive: true, force: true });
  appendFileSync(at('files', 'large'), pattern(100_000, round));
  run('xfs_io', [
    '-c',
    `fpunch ${round * 64 + 8}k 8k`,
    '-c',
    `pwrite -S ${round + 1} ${round}m 300k`,
    at('files', 'large'),
  ]);
  run('cp', ['--reflink=always', at('files', 'pieces'), join(folder, 'shared')]);
  run('xfs_io', ['-c', 'pwrite -S 0x55 40k 90k', '-c', 'fsync', join(folder, 'shared')]);
  run('setfattr', ['-n', 'user.round', '-v', `${round}`.repeat(500), at('attributes', 'leaf')]);
  run('setfattr', ['-n', `user.added-${round}`, '-v', 'v'.repeat(5000), at('attributes', 'short')]);
  run('setfacl', ['-m', `u:${round + 1}:r`, at('attributes', 'acl')]);
  run('sh', [
    '-c',
    `for i in $(seq 30); do ln -s ${'s'.repeat(100 + round)}/$i "$1/link-$i"; ln -s ${'t'.repeat(900)} "$1/far-$i"; done`,
    'sh',
    folder,
  ]);
  run('mknod', [join(folder, 'device'), 'c', '240', `${round}`]);
  rmSync(at('special', 'link-remote'), { force: true });
}
