import { describe, expect, it } from 'vitest';
import { readBolt } from '../../../src/formats/bolt/database.ts';
import { fc } from '../../random-cases.ts';
import { boltFile } from './files.ts';

const pool = boltFile('containerd-pool.db');
const META = 16;
const TRANSACTION = META + 48;
const PAGE = 4096;

describe('readBolt', () => {
  it('reads values, buckets in buckets and their sequences', () => {
    const devices = readBolt(pool)?.buckets.get('devices');
    expect([...(devices?.values.keys() ?? [])].sort()).toEqual(
      [1, 10, 11, 12, 2, 3, 4, 6, 7, 8, 9].map((n) => `containerd-pool-snap-${n}`),
    );
    expect(JSON.parse(new TextDecoder().decode(devices?.values.get('containerd-pool-snap-12')))).toEqual({
      device_id: 12,
      size: 268_435_456,
      name: 'containerd-pool-snap-12',
      parent_name: '',
      state: 4,
      error: '',
    });
    expect(readBolt(pool)?.buckets.get('device_ids')?.sequence).toBe(12);
    const snapshots = readBolt(boltFile('metadata.db'))?.buckets.get('v1')?.buckets.get('snapshots');
    expect(snapshots).toMatchObject({ sequence: 11 });
    expect(snapshots?.buckets.size).toBe(10);
  });

  it('takes the state before the one whose writing was interrupted', () => {
    const view = new DataView(pool.buffer, pool.byteOffset);
    const newest = view.getBigUint64(TRANSACTION, true) > view.getBigUint64(PAGE + TRANSACTION, true) ? 0 : PAGE;
    const torn = pool.slice();
    torn[newest + TRANSACTION] = (torn[newest + TRANSACTION] ?? 0) ^ 1;
    expect(readBolt(torn)?.buckets.get('devices')?.values.size).toBe(11);
    torn[PAGE - newest + TRANSACTION] = (torn[PAGE - newest + TRANSACTION] ?? 0) ^ 1;
    expect(readBolt(torn)).toBeUndefined();
  });

  it('is no database when cut short, empty or of another kind', () => {
    expect(readBolt(pool.slice(0, 3 * PAGE))).toBeUndefined();
    expect(readBolt(new Uint8Array())).toBeUndefined();
    expect(readBolt(new TextEncoder().encode('SQLite format 3\0'.repeat(1000)))).toBeUndefined();
  });

  it('ends on whatever stands in the pages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(pool.length - 2 * PAGE - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }),
        (changes) => {
          const broken = pool.slice();
          for (const [at, byte] of changes) broken[2 * PAGE + at] = byte;
          readBolt(broken);
        },
      ),
      { numRuns: 200 },
    );
  });
});
