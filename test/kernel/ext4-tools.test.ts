import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openExt4 } from '../../src/formats/ext4/open.ts';
import type { FileTree } from '../../src/formats/file-tree.ts';
import { openBlockFile } from '../../src/host/block-file.ts';
import { kernelSuite } from './ready.ts';
import { fillWithEverything } from './support/ext4-content.ts';
import { kernelListing, treeListing } from './support/trees.ts';

const KINDS: readonly (readonly [string, string, readonly string[]])[] = [
  ['as mke2fs makes it', '128M', ['-t', 'ext4', '-b', '4096']],
  ['blocks of 1 KiB', '128M', ['-t', 'ext4', '-b', '1024']],
  [
    'inline data, values in inodes, large directories, a seed of its own',
    '128M',
    ['-t', 'ext4', '-b', '4096', '-I', '512', '-O', 'inline_data,ea_inode,large_dir,metadata_csum_seed'],
  ],
  ['ext2', '300M', ['-t', 'ext2', '-b', '1024']],
  ['ext3, small inodes', '300M', ['-t', 'ext3', '-b', '4096', '-I', '128']],
  ['clusters', '600M', ['-t', 'ext4', '-b', '4096', '-O', 'bigalloc', '-C', '65536']],
  [
    'descriptors in every group, two backups, sums of 16 bits',
    '600M',
    ['-t', 'ext4', '-b', '2048', '-O', 'meta_bg,^resize_inode,sparse_super2,^metadata_csum,uninit_bg'],
  ],
];

kernelSuite('ext4 as the kernel sees it', ['loop', 'mke2fs', 'getfattr', 'setfacl'], () => {
  let folder = '';
  let at = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ullage-ext4-'));
    at = join(folder, 'at');
    mkdirSync(at);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...argv: string[]): void =>
    void execFileSync(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  const mounted = <T>(image: string, options: string, body: () => T): T => {
    run('mount', '-o', `loop,${options}`, image, at);
    try {
      return body();
    } finally {
      run('umount', at);
    }
  };
  const make = (name: string, size: string, options: readonly string[]): string => {
    const image = join(folder, name);
    writeFileSync(image, '');
    truncateSync(image, Number.parseInt(size, 10) * 2 ** 20);
    run('mke2fs', '-q', '-F', ...options, image);
    return image;
  };
  const open = <T>(image: string, body: (tree: FileTree) => T): T => {
    const file = openBlockFile(image);
    try {
      return body(openExt4(file));
    } finally {
      file.close();
    }
  };

  test.for(KINDS)('%s', ([name, size, options]) => {
    const image = make('kind.img', size, options);
    mounted(image, 'rw', () => fillWithEverything(at));
    const before = createHash('sha256').update(readFileSync(image)).digest('hex');
    const kernel = mounted(image, 'ro', () => kernelListing(at));
    const { listing, damage } = open(image, treeListing);
    expect(damage, name).toEqual([]);
    expect(listing.size).toBeGreaterThan(3030);
    expect([...listing.keys()].sort()).toEqual([...kernel.keys()].sort());
    for (const [path, one] of kernel) expect(listing.get(path), path).toEqual(one);
    expect(createHash('sha256').update(readFileSync(image)).digest('hex')).toBe(before);
  });

  test.for([
    ['checksums in the journal', 'rw', ['-t', 'ext4', '-b', '4096']],
    ['no checksums', 'rw', ['-t', 'ext4', '-b', '1024', '-O', '^metadata_csum']],
    ['data in the journal too', 'data=journal', ['-t', 'ext4', '-b', '4096', '-J', 'size=32']],
    ['block numbers of 32 bits', 'rw', ['-t', 'ext3', '-b', '4096']],
  ] as const)('not unmounted: %s', ([, options, made]) => {
    const image = make('dirty.img', '128M', made);
    const [mine, its] = [join(folder, 'mine.img'), join(folder, 'its.img')];
    mounted(image, options, () => {
      for (let round = 0; round < 4; round++) {
        // blocks of directories that become blocks of files must not come back from the journal
        for (let i = 0; i < 300; i++) mkdirSync(join(at, `round-${round}`, `${i}`, 'x'), { recursive: true });
        run('sync', '-f', at);
        if (round % 2 === 0) rmSync(join(at, `round-${round}`), { recursive: true });
        writeFileSync(join(at, `file-${round}`), Buffer.alloc(3_000_000, `${round}`));
        // a block that begins as the journal's own do is escaped
        writeFileSync(join(at, `magic-${round}`), Buffer.from('c03b3998'.repeat(4096), 'hex'));
        run('sync', '-f', at);
      }
      copyFileSync(image, mine);
      copyFileSync(image, its);
    });
    const kernel = mounted(its, 'rw,noatime', () => kernelListing(at));
    const { listing, damage, state } = open(mine, (tree) => ({ ...treeListing(tree), state: tree.state }));
    expect(state.log, state.notes.join('\n')).toBe('replayed');
    expect(damage).toEqual([]);
    expect([...listing.keys()].sort()).toEqual([...kernel.keys()].sort());
    for (const [path, one] of kernel) expect(listing.get(path), path).toEqual(one);
  });
});
