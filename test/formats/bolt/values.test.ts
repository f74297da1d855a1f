import { expect, test } from 'vitest';
import { readBolt } from '../../../src/formats/bolt/database.ts';
import { bucketAt, goTime, textIn, uvarint } from '../../../src/formats/bolt/values.ts';
import { boltFile } from './files.ts';

test('a bucket and a text by their names; what is not there is undefined', () => {
  const root = readBolt(boltFile('metadata.db'));
  const snapshots = bucketAt(root, 'v1', 'snapshots');
  expect(snapshots?.buckets.size).toBe(10);
  expect(bucketAt(root, 'v1', 'leases', 'of')).toBeUndefined();
  const some = {
    sequence: 0,
    values: new Map([
      ['name', Buffer.from('sha256:5f')],
      ['parent', Buffer.alloc(0)],
    ]),
    buckets: new Map(),
  };
  expect([textIn(some, 'name'), textIn(some, 'parent'), textIn(undefined, 'name')]).toEqual([
    'sha256:5f',
    undefined,
    undefined,
  ]);
});

test.each<[number[], number | undefined]>([
  [[5], 5],
  [[0x80, 1], 128],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f], Number.MAX_SAFE_INTEGER],
  [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f], undefined],
  [[0x80], undefined],
  [[], undefined],
])('Go writes the uvarint %j', (bytes, value) => {
  expect(uvarint(Uint8Array.from(bytes))).toBe(value);
});

test('a time that Go marshalled', () => {
  // 2024-03-01T12:00:00Z
  const bytes = Uint8Array.from([1, 0, 0, 0, 0x0e, 0xdd, 0x73, 0xba, 0x40, 0, 0, 0, 0, 0xff, 0xff]);
  expect(goTime(bytes)).toBe(Date.UTC(2024, 2, 1, 12));
  expect(goTime(bytes.subarray(0, 12))).toBeUndefined();
  expect(goTime(new Uint8Array(15))).toBeUndefined();
});
