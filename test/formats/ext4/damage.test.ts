import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/formats/block-reader.ts';
import { descriptorBlocks } from '../../../src/formats/ext4/groups.ts';
import { openExt4 } from '../../../src/formats/ext4/open.ts';
import { readSuperblock } from '../../../src/formats/ext4/superblock.ts';
import { FormatError } from '../../../src/formats/format-error.ts';
import { treeListing } from '../../kernel/support/trees.ts';
import { spent } from '../../processor-time.ts';
import { type Glance, glanceTree } from '../xfs/glance.ts';
import { randomFrom } from '../xfs/mutate.ts';
import { journalPlaces, KINDS, metadataPlaces, mutate } from './mutate.ts';
import { packed } from './packed.ts';

/** images of each kind; more: ULLAGE_MUTANTS=2000 */
const MUTANTS = Number(process.env['ULLAGE_MUTANTS'] ?? 25);
/** ms of processor time for one image: a whole one takes 20 */
const LONG = 5000;

describe.each(['small', 'dirty', 'old'])('%s', (name) => {
  const { image, listing } = packed(name);
  const whole = glanceTree(openExt4(memoryReader(image))).paths;
  const timeout = 20_000 + MUTANTS * 2000;

  test('all is as the kernel shows it', () => {
    const tree = openExt4(memoryReader(image));
    expect(tree.state.log).toBe({ small: 'empty', dirty: 'replayed', old: 'none' }[name]);
    const mine = treeListing(tree);
    expect(mine.damage).toEqual([]);
    expect([...mine.listing.keys()].sort()).toEqual([...listing.keys()].sort());
    for (const [path, one] of listing) expect(mine.listing.get(path), path).toEqual(one);
  });

  test.each(KINDS)('%s: no crash, no hang, nothing wrong passed for good', { timeout }, (kind) => {
    const places = metadataPlaces(image);
    for (let seed = 0; seed < MUTANTS; seed++) {
      const { what, undo } = mutate(image, places, kind, randomFrom(seed * 5 + KINDS.indexOf(kind)));
      try {
        const got = look(image, `${what}, seed ${seed}`);
        // ext2 has no checksums, and a checksum made again cannot tell
        if (!got || name === 'old' || kind === 'field') continue;
        const wrong = [...got.paths].filter(([path, one]) => !one.doubtful && whole.get(path)?.line !== one.line);
        expect(
          wrong.map(([path]) => path),
          `${what}, seed ${seed}`,
        ).toEqual([]);
        const missing = [...whole.keys()].filter((path) => !got.paths.has(path)).length;
        const doubtful = [...got.paths.values()].filter((one) => one.doubtful).length;
        if (missing > 0) expect(got.damage + got.notes + doubtful, `${what}, seed ${seed}`).toBeGreaterThan(0);
      } finally {
        undo();
      }
    }
    expect(glanceTree(openExt4(memoryReader(image))).paths).toEqual(whole);
  });
});

test('a group descriptor that is damaged everywhere: its inodes are read, each by its own checksum', () => {
  const image = Buffer.from(packed('small').image);
  const { superblock } = readSuperblock(memoryReader(image));
  const whole = glanceTree(openExt4(memoryReader(image))).paths;
  // bg_free_blocks_count_lo of every copy of group 0's descriptor: only the checksum is wrong then
  for (const block of descriptorBlocks(superblock, 0)) {
    const at = block * superblock.blockSize + 0x0c;
    image[at] = (image[at] ?? 0) ^ 1;
  }
  const tree = openExt4(memoryReader(image));
  expect(glanceTree(tree).paths).toEqual(whole);
  expect(tree.state.notes.join('\n')).toContain('The descriptor of group 0 is damaged and has no good copy');
});

describe('a journal that is damaged', () => {
  const { image } = packed('dirty');
  const places = journalPlaces(image);

  test.each(KINDS)('%s: read up to the damage, and said', { timeout: 20_000 + MUTANTS * 2000 }, (kind) => {
    const { notes } = openExt4(memoryReader(image)).state;
    const whole = glanceTree(openExt4(memoryReader(image))).paths;
    for (let seed = 0; seed < MUTANTS; seed++) {
      const { what, undo } = mutate(image, places, kind, randomFrom(seed * 5 + KINDS.indexOf(kind)));
      try {
        const got = look(image, `${what}, seed ${seed}`);
        const same =
          got &&
          got.paths.size === whole.size &&
          [...whole].every(([path, one]) => got.paths.get(path)?.line === one.line);
        if (!same && got)
          expect(got.damage > 0 || got.said.some((note) => !notes.includes(note)), `${what}, seed ${seed}`).toBe(true);
      } finally {
        undo();
      }
    }
  });
});

function look(
  image: Buffer,
  what: string,
): { paths: Map<string, Glance>; damage: number; notes: number; said: string[] } | undefined {
  const started = process.cpuUsage();
  try {
    const tree = openExt4(memoryReader(image));
    return { ...glanceTree(tree), notes: tree.state.notes.length, said: tree.state.notes };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  } finally {
    expect(spent(started), what).toBeLessThan(LONG);
  }
}
