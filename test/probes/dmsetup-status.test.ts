import { expect, test } from 'vitest';
import { dmsetupStatus } from '../../src/probes/dmsetup-status.ts';
import { known, pasted, ran } from './scan.ts';

test('a full pool, its volumes, a failed target', () => {
  const text = `pool: 0 5242880 thin-pool 10 454/4096 5120/5120 - out_of_data_space discard_passdown error_if_no_space - 1024 
c1: 0 4194304 thin 1643520 4194303
c2: 0 4194304 thin 0 -
dead: 0 4194304 thin Fail
pool_tdata: 0 2097152 linear 
s: 0 100 snapshot 2048/2048 16
t: 0 100 snapshot Invalid`;
  expect(ran(dmsetupStatus, 'dm-status', ['dmsetup', 'status', '--noflush'], text)).toEqual([
    {
      name: 'pool',
      start: 0,
      length: 5_242_880,
      target: 'thin-pool',
      thinPool: {
        transactionId: 10,
        usedMetadata: 454,
        totalMetadata: 4096,
        usedData: 5120,
        totalData: 5120,
        mode: 'out_of_data_space',
        discard: 'discard_passdown',
        whenFull: 'error',
        needsCheck: false,
        metadataLowWater: 1024,
      },
    },
    {
      name: 'c1',
      start: 0,
      length: 4_194_304,
      target: 'thin',
      thin: { mappedSectors: 1_643_520, highestSector: 4_194_303 },
    },
    { name: 'c2', start: 0, length: 4_194_304, target: 'thin', thin: { mappedSectors: 0 } },
    { name: 'dead', start: 0, length: 4_194_304, target: 'thin', failed: 'Fail' },
    { name: 'pool_tdata', start: 0, length: 2_097_152, target: 'linear' },
    { name: 's', start: 0, length: 100, target: 'snapshot', snapshot: { used: 2048, total: 2048, metadata: 16 } },
    { name: 't', start: 0, length: 100, target: 'snapshot', snapshot: { invalid: true } },
  ]);
});

test('an old kernel says less; needs_check; a pool that fell to read-only', () => {
  const [old, bad] = pasted(
    dmsetupStatus,
    'dm-status',
    '# dmsetup status docker-pool\n0 209715200 thin-pool 3 100/524288 900/1638400 - rw discard_passdown\nvg-p-tpool: 0 8 thin-pool 1 9/10 3/4 - ro no_discard_passdown queue_if_no_space needs_check 1024',
  );
  expect(old).toMatchObject({ name: 'docker-pool', thinPool: { mode: 'rw', whenFull: 'queue', needsCheck: false } });
  expect(old?.thinPool).not.toHaveProperty('metadataLowWater');
  expect(bad).toMatchObject({
    thinPool: { mode: 'ro', discard: 'no_discard_passdown', needsCheck: true, metadataLowWater: 1024 },
  });
});

test('a line cut before its mode says nothing of the pool', () => {
  expect(
    pasted(dmsetupStatus, 'dm-status', 'pool: 0 5242880 thin-pool 10 454/4096 5120/5120 - out_of')[0]?.thinPool,
  ).toBeUndefined();
});

test('table lines are no status', () => {
  expect(
    pasted(dmsetupStatus, 'dm-status', 'pool: 0 167772160 thin-pool 7:1 7:0 128 32768 0\nx: 0 8 linear 8:2 5'),
  ).toEqual([]);
});

test('asked only where device-mapper is in use, without a flush', () => {
  expect(
    dmsetupStatus.asks?.(known(['mount', { source: '/dev/sda1', target: '/', fstype: 'ext4', options: [] }])),
  ).toEqual([]);
  expect(
    dmsetupStatus.asks?.(known(['mount', { source: '/dev/mapper/vg-root', target: '/', fstype: 'xfs', options: [] }])),
  ).toMatchObject([{ argv: ['dmsetup', 'status', '--noflush'], timeoutMs: 5000 }]);
});
