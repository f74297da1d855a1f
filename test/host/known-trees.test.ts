import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KnownTree } from '../../src/host/known-trees.ts';
import { cacheDirectory, readKnownTrees, writeKnownTrees } from '../../src/host/known-trees-file.ts';
import { scanTrees, type Tree } from '../../src/host/scan-trees.ts';
import { randomFrom } from '../usage/engine.ts';

const MIB = 2 ** 20;
const ROUNDS = Number(process.env['ULLAGE_STATES'] ?? 15);
/** Longer than a tick of the clock that inodes get their times from. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 15));

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-known-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Six layers; the last two are written to. */
function layers(): Tree[] {
  return Array.from({ length: 6 }, (_, i) => {
    const path = join(home, `layer${i}`);
    for (const below of ['diff/usr/lib', 'diff/etc', 'diff/var/empty'])
      mkdirSync(join(path, below), { recursive: true });
    for (let k = 0; k < 12; k++)
      writeFileSync(join(path, 'diff', ['usr', 'usr/lib', 'etc'][k % 3] ?? '', `f${k}`), 'x'.repeat(k * 900));
    writeFileSync(join(path, 'diff/usr/lib/large'), Buffer.alloc(MIB));
    linkSync(join(path, 'diff/etc/f2'), join(path, 'diff/usr/link'));
    return { path, bucket: i, ...(i < 4 ? { sealed: `driver layer${i}` } : {}) };
  });
}

const comparable = ({ buckets, links }: Awaited<ReturnType<typeof scanTrees>>) => ({
  buckets: [...buckets].sort(([a], [b]) => a - b),
  links: links.map((one) => ({ ...one, buckets: one.buckets.toSorted() })).sort((a, b) => a.apparent - b.apparent),
});

describe('trees that are known', () => {
  test('are right after any change that a directory or a large file shows', { timeout: 3_600_000 }, async () => {
    const trees = layers();
    const random = randomFrom(11);
    let reused = 0;
    let known = new Map<string, KnownTree>();
    for (let round = 0; round < ROUNDS; round++) {
      await tick();
      rmSync(join(home, 'out'), { recursive: true, force: true });
      mkdirSync(join(home, 'out'));
      for (let changes = random(4); changes > 0; changes--) change(random, round);
      // here, in workers, and begun here
      const atOnce = [10, 0, 0.3][round % 3] ?? 0;
      const plain = await scanTrees(trees, { atOnce: 10 - atOnce });
      const found = await scanTrees(trees, { known, keepBefore: () => Number.POSITIVE_INFINITY, atOnce });
      expect(comparable(found)).toEqual(comparable(plain));
      reused += found.reused.length;
      known = new Map(found.kept.map((one) => [one.path, one]));
    }
    expect(reused).toBeGreaterThan(ROUNDS);
  });

  function change(random: (below: number) => number, round: number): void {
    const layer = join(home, `layer${random(6)}`, 'diff');
    const directory = join(layer, ['usr', 'usr/lib', 'etc', 'var/empty'][random(4)] ?? '');
    const fresh = join(directory, `new${round}-${1e8 + random(8e8)}`);
    const [some] = readdirSync(directory, { withFileTypes: true }).filter((one) => one.isFile());
    const actions: (() => void)[] = [
      () => writeFileSync(fresh, 'y'.repeat(random(90_000))),
      () => mkdirSync(join(fresh, 'deep/er'), { recursive: true }),
      () => rmSync(join(directory, some?.name ?? 'none'), { force: true }),
      () => some && renameSync(join(directory, some.name), fresh),
      () => truncateSync(join(layer, 'usr/lib/large'), MIB + random(4) * MIB),
      // a name elsewhere: in a layer that is written to, or where nobody looks
      () =>
        some &&
        linkSync(join(directory, some.name), join(home, random(4) ? 'layer5/diff/etc' : 'out', fresh.slice(-9))),
      () => symlinkSync('/', fresh),
      // in a layer that is written to, no directory need show it
      () => appendFileSync(join(home, 'layer4/diff/etc/f2'), 'z'.repeat(random(20_000))),
      () => {
        // another tree of the same name
        renameSync(layer, `${layer}-copy`);
        mkdirSync(layer);
        for (const name of readdirSync(`${layer}-copy`)) renameSync(join(`${layer}-copy`, name), join(layer, name));
        rmSync(`${layer}-copy`, { recursive: true });
      },
    ];
    actions[random(actions.length)]?.();
  }

  test('is none in which something changed just now, or that has another name', async () => {
    const trees = layers();
    const { kept } = await scanTrees(trees, { keepBefore: () => statSync(trees[0]?.path ?? '').ctimeMs });
    expect(kept).toEqual([]);
    const first = await scanTrees(trees, { keepBefore: () => Number.POSITIVE_INFINITY });
    expect(first.kept).toHaveLength(4);
    const known = new Map(first.kept.map((one) => [one.path, { ...one, key: `${one.key} of another image` }]));
    const second = await scanTrees(trees, { known, keepBefore: () => Number.POSITIVE_INFINITY });
    expect(second.reused).toEqual([]);
    expect(comparable(second)).toEqual(comparable(first));
    // nor one in which a file system is mounted, or a name is no UTF-8
    writeFileSync(Buffer.concat([Buffer.from(join(home, 'layer1/diff/')), Buffer.from([0xff, 0x1b])]), '');
    mkdirSync(Buffer.concat([Buffer.from(join(home, 'layer1/diff/')), Buffer.from([0xfe])]));
    const mounts = [join(home, 'layer2/diff/etc')];
    const third = await scanTrees(trees, { mounts, keepBefore: () => Number.POSITIVE_INFINITY });
    expect(third.kept.map(({ path }) => path)).toEqual([trees[0]?.path, trees[3]?.path]);
  });
});

describe('the file of known trees', () => {
  const kept = async () => (await scanTrees(layers(), { keepBefore: () => Number.POSITIVE_INFINITY })).kept;

  test('gives back what was written, to nobody else', async () => {
    const trees = await kept();
    const directory = join(home, 'cache', 'ullage');
    mkdirSync(join(home, 'cache'));
    expect(writeKnownTrees(directory, '/root', trees)).toBe(true);
    const [name = ''] = readdirSync(directory);
    expect([statSync(directory).mode & 0o777, statSync(join(directory, name)).mode & 0o777]).toEqual([0o700, 0o600]);
    expect([...readKnownTrees(directory, '/root', Date.now()).values()]).toEqual(trees);
    expect(readKnownTrees(directory, '/other', Date.now()).size).toBe(0);
    // neither after a week nor with a clock that was set back
    expect(readKnownTrees(directory, '/root', Date.now() + 8 * 86_400_000).size).toBe(0);
    expect(readKnownTrees(directory, '/root', Date.now() - 86_400_000).size).toBe(0);
    chmodSync(directory, 0o770);
    expect(readKnownTrees(directory, '/root', Date.now()).size).toBe(0);
    expect(writeKnownTrees(directory, '/root', [])).toBe(false);
    chmodSync(directory, 0o700);
    chmodSync(join(home, 'cache'), 0o777);
    expect(readKnownTrees(directory, '/root', Date.now()).size).toBe(0);
    expect(writeKnownTrees(join(home, 'cache', 'ullage', name, 'below'), '/root', trees)).toBe(false);
  });

  test('is nothing at all where a byte of it changed or the end is missing', async () => {
    const trees = await kept();
    const directory = join(home, 'ullage');
    writeKnownTrees(directory, '/root', trees);
    const path = join(directory, readdirSync(directory)[0] ?? '');
    const whole = readFileSync(path);
    const random = randomFrom(7);
    for (let i = 0; i < 300; i++) {
      const broken = Buffer.from(i % 3 ? whole : whole.subarray(0, random(whole.length)));
      const at = random(broken.length);
      if (i % 3 && broken.length > 0) broken[at] = (broken[at] ?? 0) ^ (1 << random(8));
      writeFileSync(path, broken);
      expect(readKnownTrees(directory, '/root', Date.now()).size, `byte ${at}`).toBe(0);
    }
  });

  test('is nothing where the way to it is barred, as that of HOME=/root for nobody, or is no directory', () => {
    writeFileSync(join(home, 'file'), '');
    const closed = join(home, 'closed', 'ullage');
    mkdirSync(closed, { recursive: true });
    chmodSync(join(home, 'closed'), 0);
    chmodSync(home, 0o711);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65534);
    try {
      for (const directory of [join(home, 'file', 'ullage'), closed, '/dev/null/x/ullage']) {
        expect(readKnownTrees(directory, '/root', Date.now()).size).toBe(0);
        expect(writeKnownTrees(directory, '/root', [])).toBe(false);
      }
    } finally {
      if (root) process.seteuid?.(0);
      chmodSync(join(home, 'closed'), 0o700);
    }
  });

  test('lies where caches lie', () => {
    expect(cacheDirectory({ XDG_CACHE_HOME: '/x' }, 0)).toBe('/x/ullage');
    expect(cacheDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/home/me' }, 0)).toBe('/var/cache/ullage');
    expect(cacheDirectory({ HOME: '/home/me' }, 1000)).toBe('/home/me/.cache/ullage');
    expect(cacheDirectory({}, 1000)).toBeUndefined();
  });
});
