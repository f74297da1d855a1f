import { describe, expect, test } from 'vitest';
import { type Chunk, pieceLength } from '../../src/remedies/plans/btrfs-chunks.ts';
import { allocate } from '../../src/stack/btrfs-allocate.ts';
import { btrfsProfile, chunkWidth, rawPerByte } from '../../src/stack/btrfs-profiles.ts';

const GIB = 1024 ** 3;

/** profile, devices with room, stripes of the chunk, length of each for 1 of the chunk's, raw bytes a byte */
const LAYOUTS: [string, number, number, number, number][] = [
  ['single', 3, 1, 1, 1],
  ['DUP', 1, 2, 1, 2],
  ['raid0', 1, 1, 1, 1],
  ['RAID0', 4, 4, 1 / 4, 1],
  ['raid1', 5, 2, 1, 2],
  ['RAID1C3', 3, 3, 1, 3],
  ['raid1c3', 7, 3, 1, 3],
  ['raid1c4', 6, 4, 1, 4],
  ['raid10', 2, 2, 1, 2],
  ['raid10', 4, 4, 1 / 2, 2],
  ['RAID10', 5, 4, 1 / 2, 2],
  ['raid10', 6, 6, 1 / 3, 2],
  ['raid5', 2, 2, 1, 2],
  ['RAID5', 3, 3, 1 / 2, 3 / 2],
  ['raid5', 5, 5, 1 / 4, 5 / 4],
  ['raid6', 3, 3, 1, 3],
  ['raid6', 4, 4, 1 / 2, 2],
  ['RAID6', 8, 8, 1 / 6, 8 / 6],
];

describe('how a chunk lies', () => {
  test.each(LAYOUTS)('%s on %i devices', (profile, devices, stripes, piece, raw) => {
    const layout = btrfsProfile(profile);
    expect(chunkWidth(layout, devices) * layout.perDevice).toBe(stripes);
    expect(rawPerByte(profile, devices)).toBeCloseTo(raw, 9);
    const chunk: Chunk = {
      type: 'data',
      profile,
      length: GIB,
      used: 0,
      stripes: Array.from({ length: stripes }, (_, devid) => ({ devid, at: 0 })),
    };
    expect(pieceLength(chunk) / GIB).toBeCloseTo(piece, 9);
  });

  test.each(LAYOUTS)(
    '%s on %i devices: what the allocator takes is what is priced',
    (profile, devices, _s, _p, raw) => {
      const every = Array.from({ length: devices }, () => 20 * GIB);
      const all = allocate(every, profile);
      const taken = devices * 20 * GIB - every.reduce((sum, bytes) => sum + bytes, 0);
      expect(taken / all).toBeCloseTo(raw, 6);
    },
  );

  test.each([
    ['raid1', 1],
    ['raid1c3', 2],
    ['raid1c4', 3],
    ['raid10', 1],
    ['raid5', 1],
    ['raid6', 2],
  ])('%s finds no room on %i devices', (profile, devices) => {
    expect(chunkWidth(btrfsProfile(profile), devices)).toBe(0);
    expect(
      allocate(
        Array.from({ length: devices }, () => GIB),
        profile,
      ),
    ).toBe(0);
  });
});
