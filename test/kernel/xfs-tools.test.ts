import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openXfs } from '../../src/formats/xfs/open.ts';
import { kernelSuite } from './ready.ts';
import { treeListing } from './support/trees.ts';
import { fillXfs } from './support/xfs-fill.ts';
import { listXfs, makeXfs, mkfsTakes, mounted, opened } from './support/xfs-image.ts';

interface Make {
  name: string;
  /** mkfs.xfs of Debian 12 has it not: skipped where the options are refused */
  newer?: boolean;
  mkfs: string[];
  names?: number;
  pieces?: number;
  reflink?: boolean;
}

const MAKES: readonly Make[] = [
  { name: 'defaults', mkfs: [], names: 100_000, pieces: 12_000 },
  {
    name: 'whole inode chunks, no reflink',
    mkfs: ['-i', 'sparse=0', '-m', 'reflink=0,bigtime=0,finobt=0'],
    reflink: false,
  },
  { name: 'blocks of 1 KiB, directory blocks of 8 KiB', mkfs: ['-b', 'size=1024', '-n', 'size=8192'], pieces: 6000 },
  { name: 'directory blocks of 64 KiB', mkfs: ['-n', 'size=65536', '-m', 'rmapbt=1'] },
  { name: 'inodes of 2 KiB, large counters', mkfs: ['-i', 'size=2048,nrext64=1'] },
  { name: 'sectors of 4 KiB', mkfs: ['-s', 'size=4096', '-b', 'size=4096'] },
  { name: 'parent pointers, exchange of contents', mkfs: ['-n', 'parent=1', '-i', 'exchange=1'], newer: true },
  { name: 'a directory of metadata', mkfs: ['-m', 'metadir=1', '-i', 'nrext64=1'], newer: true },
  { name: 'blocks of 64 KiB', mkfs: ['-b', 'size=65536'], pieces: 400 },
];

kernelSuite('xfs: trees as the kernel shows them', ['loop', 'mkfs.xfs', 'xfs_io', 'setfattr', 'setfacl'], () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ullage-xfs-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const make of MAKES) {
    test(make.name, (context) => {
      if (make.newer && !mkfsTakes(folder, 900 * 2 ** 20, make.mkfs))
        return context.skip(`mkfs.xfs here takes no ${make.mkfs.join(' ')}`);
      const image = makeXfs(folder, 'tree', 900 * 2 ** 20, make.mkfs);
      mounted(image, '', (root) =>
        fillXfs(root, { names: make.names ?? 3000, pieces: make.pieces ?? 3000, reflink: make.reflink ?? true }),
      );
      const before = digest(image);
      const wanted = mounted(image, 'ro,norecovery', listXfs);
      const got = opened(image, (file) => {
        const tree = openXfs(file);
        return { ...treeListing(tree), state: tree.state };
      });
      expect(got.damage).toEqual([]);
      expect(got.state).toEqual({ clean: true, log: 'empty', notes: [] });
      expect([...got.listing.keys()].sort()).toEqual([...wanted.keys()].sort());
      for (const [path, one] of wanted) expect({ path, ...got.listing.get(path) }).toEqual({ path, ...one });
      expect(digest(image)).toBe(before);
    });
  }
});

function digest(image: string): string {
  return createHash('sha256').update(readFileSync(image)).digest('hex');
}
