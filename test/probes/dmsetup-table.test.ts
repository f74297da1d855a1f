import { expect, test } from 'vitest';
import { dmsetupTable } from '../../src/probes/dmsetup-table.ts';
import { pasted, ran } from './scan.ts';

test('pools, thin volumes, linear parts', () => {
  const text = `pool: 0 167772160 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing
docker-253:2-36-e85d: 0 20971520 thin 253:3 34719
cl-home: 0 1614659584 linear 8:2 32901120
snap: 0 20971520 thin 253:3 9 253:7`;
  expect(ran(dmsetupTable, 'dm-table', ['dmsetup', 'table'], text)).toMatchObject([
    {
      name: 'pool',
      length: 167_772_160,
      thinPool: {
        metadataDevice: '7:1',
        dataDevice: '7:0',
        blockSectors: 128,
        lowWaterBlocks: 32_768,
        features: ['skip_block_zeroing'],
      },
    },
    { name: 'docker-253:2-36-e85d', thin: { pool: '253:3', deviceId: 34_719 } },
    { name: 'cl-home', linear: { device: '8:2', offset: 32_901_120 } },
    { name: 'snap', thin: { pool: '253:3', deviceId: 9, externalOrigin: '253:7' } },
  ]);
});

test('one device: its name stands in the command, typed or run', () => {
  expect(pasted(dmsetupTable, 'dm-table', ' dmsetup table docker-0:37-14-4ab0\n0 20971520 thin 254:0 7')).toMatchObject(
    [{ name: 'docker-0:37-14-4ab0', thin: { pool: '254:0', deviceId: 7 } }],
  );
  expect(
    ran(dmsetupTable, 'dm-table', ['/sbin/dmsetup', 'table', '/dev/mapper/x'], '0 8 linear 8:1 0\n'),
  ).toMatchObject([{ name: 'x' }]);
});

test("a table that is being loaded is not yet the device's; status lines are none", () => {
  expect(
    pasted(
      dmsetupTable,
      'dm-table',
      '# echo 0 88080384 thin 254:0 7 | dmsetup load x\npool: 0 5242880 thin-pool 10 454/4096 5120/5120 - rw discard_passdown queue_if_no_space',
    ),
  ).toEqual([]);
});

test('the key of a crypt target does not get out', () => {
  const key = 'f'.repeat(64);
  expect(
    JSON.stringify(
      ran(
        dmsetupTable,
        'dm-table',
        ['dmsetup', 'table', '--showkeys'],
        `c: 0 100 crypt aes-xts-plain64 ${key} 0 8:3 4096`,
      ),
    ),
  ).not.toContain(key);
});

test('numbers in prose', () => {
  expect(
    pasted(dmsetupTable, 'dm-table', '0 10 error messages\n3 4 raid disks in 5:30 hours\nusage: 1 2 linear steps'),
  ).toEqual([]);
});
