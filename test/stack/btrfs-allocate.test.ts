import { describe, expect, test } from 'vitest';
import { allocate, btrfsRoom } from '../../src/stack/btrfs-allocate.ts';
import type { BtrfsView } from '../../src/stack/btrfs-view.ts';
import { fc } from '../random-cases.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Within one allocation step of what the kernel gives. */
function near(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(expected * 0.02 + MIB);
}

describe('chunks laid on devices', () => {
  test.each([
    ['single', [GIB], GIB],
    ['dup', [GIB], GIB / 2],
    ['raid1', [GIB, GIB], GIB],
    ['raid1', [400 * MIB, 2 * GIB], 400 * MIB],
    ['raid1', [GIB, 1.5 * GIB, 3 * GIB], 2.5 * GIB],
    ['raid1c3', [GIB, GIB, GIB], GIB],
    ['raid0', [GIB, 2 * GIB], 3 * GIB],
    ['raid10', [GIB, GIB, GIB, GIB], 2 * GIB],
    ['raid5', [GIB, GIB, GIB], 2 * GIB],
    ['raid6', [GIB, GIB, GIB, GIB], 2 * GIB],
  ])('%s on %j', (profile, devices, expected) => {
    near(allocate([...devices], profile), expected);
  });

  test('RAID1 with room on one device only gives nothing', () => {
    expect(allocate([0, 2 * GIB], 'raid1')).toBe(0);
  });

  test('never gives more than the devices have, for any sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 44 }), { maxLength: 8 }),
        fc.constantFrom('single', 'dup', 'raid0', 'raid1', 'raid1c3', 'raid10', 'raid5', 'raid6'),
        (devices, profile) => {
          const total = devices.reduce((sum, bytes) => sum + bytes, 0);
          const given = allocate([...devices], profile);
          expect(given).toBeGreaterThanOrEqual(0);
          expect(given).toBeLessThanOrEqual(total);
        },
      ),
    );
  });
});

function view(
  metadata: { total: number; used: number; free: number },
  data: { total: number; used: number },
  unallocated: number,
): BtrfsView {
  return {
    name: '/data',
    data: { profile: 'single', ...data, free: data.total - data.used },
    metadata: { profile: 'dup', ...metadata },
    devices: [{ name: '/dev/sdb', size: 4 * GIB, unallocated }],
    unallocated: Math.max(0, unallocated - MIB),
    resolution: 0,
    facts: [],
  };
}

describe('room of a btrfs file system', () => {
  test('every chunk allocated and metadata exhausted: nothing, though data chunks are half empty', () => {
    const room = btrfsRoom(
      view({ total: 256 * MIB, used: 250 * MIB, free: 0.4 * MIB }, { total: 3.5 * GIB, used: 1.8 * GIB }, MIB),
    );
    expect(room).toEqual({ bytes: 0, stoppedBy: 'metadata' });
  });

  test('every chunk allocated with metadata to spare: what the data chunks hold', () => {
    const room = btrfsRoom(
      view({ total: 256 * MIB, used: 138 * MIB, free: 112 * MIB }, { total: 3.5 * GIB, used: 1.8 * GIB }, MIB),
    );
    expect(room?.stoppedBy).toBe('data');
    near(room?.bytes ?? 0, 1.7 * GIB);
  });

  test('metadata nearly used but room to allocate: not stopped by metadata now', () => {
    const room = btrfsRoom(
      view({ total: 256 * MIB, used: 250 * MIB, free: 0.4 * MIB }, { total: GIB, used: GIB }, 2 * GIB),
    );
    expect(room?.bytes).toBeGreaterThan(GIB);
  });

  test('without unallocated space known there is no answer', () => {
    const { unallocated: _, ...rest } = view({ total: 1, used: 1, free: 0 }, { total: 1, used: 1 }, 0);
    expect(btrfsRoom(rest)).toBeUndefined();
  });
});
