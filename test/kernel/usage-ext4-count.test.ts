import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanTrees } from '../../src/host/scan-trees.ts';
import type { InodeLook, ScanResult } from '../../src/host/scan-types.ts';
import { ext4Inodes } from '../../src/usage/ext4-inodes.ts';
import { randomFrom } from '../usage/engine.ts';
import { kernelSuite } from './ready.ts';
import { must } from './support/loops.ts';

const ROUNDS = Number(process.env['ULLAGE_STATES'] ?? 4);
const tick = (ms = 12) => new Promise((resolve) => setTimeout(resolve, ms));

kernelSuite('directories counted on the device of a mounted ext4', ['loop', 'mkfs.ext4'], () => {
  let home = '';
  let at = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-count-'));
    at = join(home, 'mounted');
    mkdirSync(at);
  });
  afterEach(() => {
    spawnSync('umount', ['-R', '-l', at]);
    rmSync(home, { recursive: true, force: true });
  });

  /** Two trees with all that a directory can hold. */
  function make(how: readonly string[]): void {
    const image = join(home, 'image');
    writeFileSync(image, '');
    truncateSync(image, 128 * 2 ** 20);
    must('mkfs.ext4', '-q', '-F', ...how, image);
    must('mount', '-o', 'loop', image, at);
    mkdirSync(join(at, 'a'));
    for (let i = 0; i < 900; i++) {
      const directory = join(at, i % 2 ? 'a' : 'b', `d${i % 7}`, `e${i % 60}`);
      mkdirSync(directory, { recursive: true });
      const path = join(directory, `file${i}`);
      if (i % 29 === 1) symlinkSync('x'.repeat(i % 100), path);
      else writeFileSync(path, 'x'.repeat((i * 7919) % 9000));
      if (i % 31 === 0) linkSync(path, `${path}-again`);
      if (i % 47 === 0) linkSync(path, join(at, 'a', `link${i}`));
    }
    mkdirSync(join(at, 'a', 'wide'));
    for (let i = 0; i < 2500; i++) writeFileSync(join(at, 'a', 'wide', `${'long'.repeat(30)}${i}`), '');
    writeFileSync(join(at, 'b', 'd2', 'large'), Buffer.alloc(2 * 2 ** 20, 1));
    truncateSync(join(at, 'b', 'd2', 'large'), 2 ** 31);
    must('mkfifo', join(at, 'b', 'pipe'));
    const odd = Buffer.concat([Buffer.from(`${at}/b/`), Buffer.from([0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x0a, 0xe9])]);
    mkdirSync(odd);
    writeFileSync(Buffer.concat([odd, Buffer.from('/inside')]), 'x'.repeat(50_000));
    mkdirSync(join(at, 'b', 'bound'));
    must('mount', '--bind', join(at, 'a', 'wide'), join(at, 'b', 'bound'));
    must('sync', '-f', at);
  }

  /** What is counted with and without the device; and how many directories were counted on it. */
  async function both(settled: number): Promise<{ paths: unknown; device: unknown; counted: number }> {
    let counted = 0;
    const inodes = (device: number, mounts: readonly string[]): InodeLook | undefined => {
      const look = ext4Inodes(device, mounts, settled);
      return (
        look && {
          unchanged: look.unchanged,
          close: look.close,
          count: {
            add: (some) => look.count.add(some),
            left: () => look.count.left(),
            step() {
              const before = look.count.left();
              const answer = look.count.step();
              const folders = answer.rows.reduce((sum, value, i) => sum + (i % 6 === 4 ? value : 0), 0);
              counted += before + folders - look.count.left() - answer.rest.length;
              return answer;
            },
          },
        }
      );
    };
    const trees = ['a', 'b'].map((name, bucket) => ({ path: join(at, name), bucket, sealed: name }));
    const options = { mounts: [join(at, 'b', 'bound')], keepBefore: () => Number.POSITIVE_INFINITY, atOnce: 0 };
    const paths = plain(await scanTrees(trees, options));
    const device = plain(await scanTrees(trees, { ...options, inodes }));
    return { paths, device, counted };
  }

  const plain = ({ buckets, links, moved, failed, skipped, kept }: ScanResult): unknown => ({
    buckets: [...buckets].toSorted(([a], [b]) => a - b),
    links: links.map((one) => JSON.stringify({ ...one, buckets: one.buckets.toSorted() })).toSorted(),
    moved,
    failed,
    skipped,
    kept: kept
      .map(({ path, sums, proof }) => ({ path, sums, proof: proof.length }))
      .toSorted((a, b) => a.path.localeCompare(b.path)),
  });

  for (const how of [
    ['-b', '4096'],
    ['-b', '1024', '-I', '128', '-O', '^metadata_csum'],
    ['-O', '^extents,^64bit,^dir_index,^flex_bg,^metadata_csum'],
    ['-O', 'inline_data'],
    ['-O', 'bigalloc', '-C', '16384'],
  ])
    test(`is what is counted by paths: mkfs.ext4 ${how.join(' ')}`, { timeout: 600_000 }, async () => {
      make(how);
      const random = randomFrom(11);
      for (let round = 0; round < ROUNDS; round++) {
        await tick();
        const settled = Date.now();
        // times of small inodes are whole seconds
        await tick(how.includes('128') ? 1100 : 12);
        // nothing is synchronised between the change and the look
        if (round > 0) change(random, round);
        const { paths, device, counted } = await both(settled);
        expect([round, device]).toEqual([round, paths]);
        // directories that lie in their inodes are read by path: with inline data that may be all
        if (!how.includes('inline_data')) expect(counted).toBeGreaterThan(80);
        must('sync', '-f', at);
      }
    });

  function change(random: (below: number) => number, round: number): void {
    const tree = join(at, random(2) ? 'a' : 'b');
    const inner = readdirSync(tree)
      .filter((name) => name.startsWith('d'))
      .flatMap((one) => readdirSync(join(tree, one)).map((name) => join(tree, one, name)))
      .filter((path) => lstatSync(path).isDirectory());
    const directory = inner[random(inner.length)] ?? tree;
    const [first = 'none'] = readdirSync(directory);
    const path = join(directory, first);
    const actions: (() => void)[] = [
      () => writeFileSync(join(directory, `new${round}`), 'x'.repeat(random(90_000))),
      () => mkdirSync(join(directory, `new${round}`, 'below'), { recursive: true }),
      () => rmSync(directory, { recursive: true }),
      () => renameSync(directory, join(at, 'a', `to${round}`)),
      () => lstatSync(path).isFile() && appendFileSync(path, 'x'.repeat(random(90_000))),
      () => lstatSync(path).isFile() && linkSync(path, join(at, 'b', `also${round}`)),
      () => lstatSync(path).isFile() && truncateSync(path, random(90_000)),
      () => appendFileSync(join(at, 'b', 'd2', 'large'), 'x'),
      () => rmSync(join(at, 'a', 'wide', readdirSync(join(at, 'a', 'wide'))[random(2000)] ?? '')),
    ];
    actions[(round + random(3)) % actions.length]?.();
  }

  test('a block of names that is damaged on the device is left to the kernel', { timeout: 600_000 }, async () => {
    make(['-b', '4096']);
    await tick();
    const good = await both(Date.now());
    const path = join(at, 'a', 'd3');
    const device = must('findmnt', '-no', 'SOURCE', at).trim();
    const inode = lstatSync(path).ino;
    const block = Number(must('debugfs', '-R', `bmap <${inode}> 0`, device).trim().split('\n').at(-1));
    const fd = openSync(device, 'r+');
    // in the name of the first entry after `.` and `..`, so that nothing but the checksum tells
    writeSync(fd, Buffer.from('~'), 0, 1, block * 4096 + 24 + 8);
    closeSync(fd);
    const now = await both(Date.now());
    expect(now.counted).toBeLessThan(good.counted);
    // the kernel has that name now as well, and finds no such file
    expect(now.device).toEqual(now.paths);
  });

  test('a directory that is linked into itself ends', { timeout: 600_000 }, async () => {
    make(['-b', '4096']);
    spawnSync('umount', ['-R', at]);
    const image = join(home, 'image');
    must('debugfs', '-w', '-R', 'ln /a/d3 /a/d3/again', image);
    must('mount', '-o', 'loop', image, at);
    must('mount', '--bind', join(at, 'a', 'wide'), join(at, 'b', 'bound'));
    await tick();
    const inodes = (device: number, mounts: readonly string[]) => ext4Inodes(device, mounts, Date.now());
    // ELOOP or EUCLEAN, by kernel
    const { failed } = await scanTrees([{ path: join(at, 'a'), bucket: 0 }], { inodes, atOnce: 0 });
    expect(failed).toBe(1);
  });
});
