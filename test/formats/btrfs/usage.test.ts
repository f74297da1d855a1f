import { describe, expect, test } from 'vitest';
import type { BlockReader } from '../../../src/formats/block-reader.ts';
import { type BtrfsUsage, btrfsUsage } from '../../../src/formats/btrfs/usage.ts';
import { crc32c } from '../../../src/formats/crc32c.ts';
import { FormatError } from '../../../src/formats/format-error.ts';
import { changed, fixture } from './fixture.ts';

const figures = ({ subvolumes }: BtrfsUsage) =>
  Object.fromEntries(
    subvolumes.map(({ subvolume, referenced, exclusive }) => [String(subvolume.id), { referenced, exclusive }]),
  );

/** ULLAGE_MUTATIONS=20000 takes minutes. */
const MUTATIONS = Number(process.env['ULLAGE_MUTATIONS'] ?? 400);

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('btrfs usage', () => {
  test.each(['dup-crc32c', 'raid1-xxhash', 'raid10-blake2', 'raid5-sha256'])('%s: what qgroups say', (name) => {
    const { images, groups } = fixture(name);
    const usage = btrfsUsage(images);
    expect(figures(usage)).toEqual(groups);
    expect(usage).toMatchObject({ lost: 0, healed: 0, damage: [], missing: [], restarts: 0 });
    expect(usage.subvolumes.map(({ path }) => path)).toContain('docker/subvolumes/layer3');
    // every block the file system counts as data is some subvolume's
    const data = usage.groups.filter(({ type }) => type & 1).reduce((sum, { used }) => sum + used, 0);
    expect(data).toBeGreaterThan(0);
    expect(figures(btrfsUsage(images.toReversed()))).toEqual(groups);
  });

  test.each(['raid1-xxhash', 'raid10-blake2'])('%s: any one device may be missing', (name) => {
    const { images, groups } = fixture(name);
    for (const gone of images) {
      const usage = btrfsUsage(images.filter((image) => image !== gone));
      expect(figures(usage)).toEqual(groups);
      expect(usage.missing).toHaveLength(1);
      expect(usage.lost).toBe(0);
    }
  });

  test('devices of two file systems are told apart', () => {
    const one = fixture('raid1-xxhash').images;
    const other = fixture('raid5-sha256').images;
    expect(() => btrfsUsage([...one, ...other])).toThrow('belongs to another file system');
  });

  test('a file system that goes on is begun anew and says so', () => {
    const { images, groups } = fixture('dup-crc32c');
    const [image] = images;
    if (!image) throw new Error('no image');
    // the first walk meets blocks that were written over; then the superblock has moved on
    let reads = 0;
    const broken = changed(image, (blocks) => {
      for (const [at, block] of blocks)
        if (at > 300)
          blocks.set(
            at,
            block.map((byte) => byte ^ 1),
          );
    });
    const older = changed(broken, (blocks) => {
      const block = Uint8Array.from(blocks.get(16) ?? []);
      const view = new DataView(block.buffer);
      view.setBigUint64(72, view.getBigUint64(72, true) - 1n, true);
      seal(block);
      blocks.set(16, block);
      blocks.delete(16_384);
    });
    const moving: BlockReader = {
      name: 'moving',
      size: image.size,
      readInto: (into, offset) => (reads++ < 8 ? older : image).readInto(into, offset),
    };
    const usage = btrfsUsage([moving]);
    expect(usage.restarts).toBeGreaterThan(0);
    expect(figures(usage)).toEqual(groups);
  });

  test('damaged images: the right figures, or it says that they are not', { timeout: 1_200_000 }, () => {
    const { images, groups } = fixture('dup-crc32c');
    const [image] = images;
    if (!image) throw new Error('no image');
    const places = [...image.blocks.keys()];
    const random = randomFrom(20_26);
    let healed = 0;
    let told = 0;
    for (let run = 0; run < MUTATIONS; run++) {
      const hurt = changed(image, (blocks) => {
        for (let i = 0, count = 1 + random(12); i < count; i++) {
          const at = places[random(places.length)] as number;
          const block = Uint8Array.from(blocks.get(at) as Uint8Array);
          const from = random(4096);
          for (let k = from, end = Math.min(4096, from + 1 + random(64)); k < end; k++) block[k] = random(256);
          blocks.set(at, block);
        }
      });
      try {
        const usage = btrfsUsage([hurt]);
        if (usage.lost > 0) told++;
        else {
          expect(figures(usage)).toEqual(groups);
          if (usage.healed > 0) healed++;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        told++;
      }
    }
    expect(healed).toBeGreaterThan(0);
    expect(told + healed).toBeGreaterThan(MUTATIONS / 20);
  });

  test('hostile images, whose checksums are right: an end, and nothing but numbers', { timeout: 1_200_000 }, () => {
    const { images } = fixture('dup-crc32c');
    const [image] = images;
    if (!image) throw new Error('no image');
    const nodes = [...image.blocks].filter(([, block]) => isSealed(block)).map(([at]) => at);
    expect(nodes.length).toBeGreaterThan(50);
    const random = randomFrom(7);
    for (let run = 0; run < MUTATIONS; run++) {
      const hostile = changed(image, (blocks) => {
        for (let i = 0; i < 30; i++) {
          const at = nodes[random(nodes.length)] as number;
          const block = Uint8Array.from(blocks.get(at) as Uint8Array);
          // header, keys and pointers are what leads somewhere
          for (let k = 0; k < 4; k++)
            block[random(3) ? 88 + random(400) : random(4096)] = random(4) ? random(256) : 255;
          seal(block);
          blocks.set(at, block);
        }
      });
      try {
        const usage = btrfsUsage([hostile]);
        for (const { referenced, exclusive, apparent } of usage.subvolumes) {
          expect(Number.isSafeInteger(referenced) && referenced >= exclusive && exclusive >= 0).toBe(true);
          expect(Number.isFinite(apparent)).toBe(true);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test('cut short, empty, and of another kind', () => {
    const { images } = fixture('dup-crc32c');
    const [image] = images;
    if (!image) throw new Error('no image');
    for (const size of [0, 4096, 65_536, 70_000, 1 << 20, 30 << 20]) {
      const cut: BlockReader = { name: 'cut', size, readInto: image.readInto };
      try {
        expect(btrfsUsage([cut]).lost).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });
});

function isSealed(block: Uint8Array): boolean {
  const view = new DataView(block.buffer, block.byteOffset);
  return view.getUint32(0, true) === ~crc32c(block, 32) >>> 0;
}

function seal(block: Uint8Array): void {
  new DataView(block.buffer, block.byteOffset).setUint32(0, ~crc32c(block, 32) >>> 0, true);
}
