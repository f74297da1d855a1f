import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
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
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanTrees } from '../../src/host/scan-trees.ts';
import { ext4Inodes } from '../../src/usage/ext4-inodes.ts';
import { randomFrom } from '../usage/engine.ts';
import { kernelSuite } from './ready.ts';
import { must } from './support/loops.ts';

const ROUNDS = Number(process.env['ULLAGE_STATES'] ?? 8);
const MIB = 2 ** 20;
const tick = () => new Promise((resolve) => setTimeout(resolve, 12));

kernelSuite('inodes read from the device of a mounted ext4', ['loop', 'mkfs.ext4'], () => {
  let home = '';
  let at = '';
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-inodes-'));
    at = join(home, 'mounted');
    mkdirSync(at);
  });
  afterEach(() => {
    spawnSync('umount', ['-l', at]);
    rmSync(home, { recursive: true, force: true });
  });

  function make(options: string, how: readonly string[]): string {
    const image = join(home, 'image');
    writeFileSync(image, '');
    truncateSync(image, 64 * MIB);
    must('mkfs.ext4', '-q', '-F', ...how, image);
    must('mount', '-o', `loop${options}`, image, at);
    const tree = join(at, 'layer');
    for (let i = 0; i < 40; i++) {
      mkdirSync(join(tree, `d${i % 7}`, `e${i}`), { recursive: true });
      writeFileSync(join(tree, `d${i % 7}`, `e${i}`, 'file'), 'x'.repeat(i * 100));
    }
    writeFileSync(join(tree, 'd3', 'large'), Buffer.alloc(2 * MIB, 1));
    must('sync', '-f', at);
    return tree;
  }

  const proofOf = async (path: string) => {
    const { kept } = await scanTrees([{ path, bucket: 0, sealed: 'it' }], {
      keepBefore: () => Number.POSITIVE_INFINITY,
    });
    return { known: new Map(kept.map((one) => [one.path, one])), proof: kept[0]?.proof ?? new Uint8Array() };
  };

  for (const how of [[], ['-I', '128', '-O', '^metadata_csum'], ['-b', '4096', '-O', '^has_journal,^64bit']])
    test(`say what paths say, at once: mkfs.ext4 ${how.join(' ')}`, { timeout: 600_000 }, async () => {
      const tree = make('', how);
      const random = randomFrom(5);
      const tell = (proof: Uint8Array, root = tree): boolean | undefined => {
        const look = ext4Inodes(lstatSync(tree).dev);
        try {
          return look?.unchanged(proof, lstatSync(root).ino);
        } finally {
          look?.close();
        }
      };
      for (let round = 0; round < ROUNDS; round++) {
        const { known, proof } = await proofOf(tree);
        expect([round, tell(proof)]).toEqual([round, true]);
        expect(tell(proof, join(at, 'lost+found'))).toBe(false);
        await tick();
        change(tree, random, round);
        // nothing is synchronised between the change and the look
        const fromDevice = tell(proof);
        const { reused } = await scanTrees([{ path: tree, bucket: 0, sealed: 'it' }], {
          known,
          keepBefore: () => Number.POSITIVE_INFINITY,
        });
        expect([round, fromDevice]).toEqual([round, reused.length === 1]);
        must('sync', '-f', at);
      }
    });

  function change(tree: string, random: (below: number) => number, round: number): void {
    const directories = readdirSync(tree).flatMap((one) => {
      const path = join(tree, one);
      return lstatSync(path).isDirectory() ? [path, ...readdirSync(path).map((name) => join(path, name))] : [];
    });
    const inner = directories.filter((path) => lstatSync(path).isDirectory());
    const directory = inner[random(inner.length)] ?? tree;
    const other = inner[random(inner.length)] ?? tree;
    const [first = 'none'] = readdirSync(directory);
    const large = join(tree, 'd3', 'large');
    const actions: (() => void)[] = [
      () => writeFileSync(join(directory, `new${round}`), ''),
      () => mkdirSync(join(directory, `new${round}`)),
      () => symlinkSync('/', join(directory, `new${round}`)),
      () => rmSync(join(directory, first), { recursive: true, force: true }),
      () =>
        first !== 'none' &&
        !join(other, '/').startsWith(join(directory, first, '/')) &&
        renameSync(join(directory, first), join(other, `to${round}`)),
      () => linkSync(large, join(at, `link${round}`)),
      () => linkSync(large, join(directory, `link${round}`)),
      () => appendFileSync(large, 'x'),
      () => {
        const fd = openSync(large, 'r+');
        writeSync(fd, 'in place', random(MIB));
        closeSync(fd);
      },
      () => truncateSync(large, MIB + random(MIB)),
      () => chmodSync(directory, 0o700 + random(64)),
      () => utimesSync(directory, 1, 1),
      // nothing that counts
      () => writeFileSync(join(at, 'outside'), 'x'.repeat(random(9000))),
      () => {},
    ];
    const before = lstatSync(large, { throwIfNoEntry: false });
    actions[random(actions.length)]?.();
    if (before && !lstatSync(large, { throwIfNoEntry: false }))
      writeFileSync(join(tree, 'd3', 'large'), Buffer.alloc(2 * MIB, 1));
  }

  test('are not looked at where times may be late or it is another file system', () => {
    const tree = make(',lazytime', []);
    expect(ext4Inodes(lstatSync(tree).dev)).toBeUndefined();
    expect(ext4Inodes(lstatSync('/proc').dev)).toBeUndefined();
    must('mount', '-o', 'remount,nolazytime', at);
    const look = ext4Inodes(lstatSync(tree).dev);
    expect(look).toBeDefined();
    look?.close();
  });
});
