import { expect, test } from 'vitest';
import { btrfsUsage } from '../../src/probes/btrfs-usage.ts';
import { known, pasted, ran } from './scan.ts';

const OVERALL = `Overall:
    Device size:		        4294967296
    Device allocated:		        4293918720
    Device unallocated:		           1048576
    Device missing:		                 0
    Used:			        4032745472
    Free (estimated):		            503808	(min: 251904)
    Free (statfs, df):		            503808
    Data ratio:			              1.00
    Metadata ratio:		              2.00
    Global reserve:		           5767168	(used: 16384)
    Multiple profiles:		                no
`;
const OVERALL_VALUE = {
  deviceSize: 4294967296,
  deviceAllocated: 4293918720,
  deviceUnallocated: 1048576,
  deviceMissing: 0,
  used: 4032745472,
  freeEstimated: 503808,
  freeEstimatedMin: 251904,
  freeStatfs: 503808,
  dataRatio: 1,
  metadataRatio: 2,
  globalReserve: { size: 5767168, used: 16384 },
};

test('-b: groups with their devices, unallocated by device', () => {
  const text = `${OVERALL}
Data,single: Size:3740270592, Used:3739766784 (99.99%)
   /dev/loop0	3740270592

Metadata,DUP: Size:268435456, Used:146472960 (54.57%)
   /dev/loop0	 536870912

Unallocated:
   /dev/loop0	   1048576`;
  expect(ran(btrfsUsage, 'btrfs-usage', ['btrfs', 'filesystem', 'usage', '-b', '/mnt'], text)).toEqual([
    {
      path: '/mnt',
      ...OVERALL_VALUE,
      rows: [
        {
          type: 'data',
          profile: 'single',
          size: 3740270592,
          used: 3739766784,
          devices: [{ path: '/dev/loop0', size: 3740270592 }],
        },
        {
          type: 'metadata',
          profile: 'DUP',
          size: 268435456,
          used: 146472960,
          devices: [{ path: '/dev/loop0', size: 536870912 }],
        },
      ],
      unallocated: [{ path: '/dev/loop0', bytes: 1048576 }],
    },
  ]);
});

const TABLE = `${OVERALL}
              Data      Metadata  System
Id Path       single    DUP       DUP      Unallocated Total   Slack
-- ---------- --------- --------- -------- ----------- ------- -----
 1 /dev/loop0 3.50GiB   512.00MiB 16.00MiB     1.00MiB 4.00GiB     -
 2 /dev/loop1 -         512.00MiB -            2.00MiB 4.00GiB     -
-- ---------- --------- --------- -------- ----------- ------- -----
   Total      3.50GiB   256.00MiB  8.00MiB     3.00MiB 8.00GiB 0.00B
   Used       3.00GiB   128.00MiB 16.00KiB`;

test('-T: a table of raw bytes by device and logical totals', () => {
  const [value] = pasted(btrfsUsage, 'btrfs-usage', TABLE);
  expect(value?.rows).toEqual([
    {
      type: 'data',
      profile: 'single',
      size: 3.5 * 1024 ** 3,
      used: 3 * 1024 ** 3,
      devices: [{ path: '/dev/loop0', size: 3.5 * 1024 ** 3 }],
    },
    {
      type: 'metadata',
      profile: 'DUP',
      size: 256 * 1024 ** 2,
      used: 128 * 1024 ** 2,
      devices: [
        { path: '/dev/loop0', size: 512 * 1024 ** 2 },
        { path: '/dev/loop1', size: 512 * 1024 ** 2 },
      ],
    },
    {
      type: 'system',
      profile: 'DUP',
      size: 8 * 1024 ** 2,
      used: 16384,
      devices: [{ path: '/dev/loop0', size: 16 * 1024 ** 2 }],
    },
  ]);
  expect(value?.unallocated).toEqual([
    { path: '/dev/loop0', bytes: 1024 ** 2 },
    { path: '/dev/loop1', bytes: 2 * 1024 ** 2 },
  ]);
});

test('-T cut before its totals: the sizes are not known, not zero', () => {
  expect(pasted(btrfsUsage, 'btrfs-usage', TABLE.split('\n').slice(0, -2).join('\n'))[0]).toMatchObject({
    deviceSize: 4294967296,
    rows: [],
  });
});

test('JSON with the printed words as keys', () => {
  const text = `taken at the failure:
{
  "Overall": { "Device size": "7.00TiB", "Device allocated": "7.00TiB", "Device unallocated": "5.00MiB", "Free (estimated)": "498.80GiB (min: 249.40GiB)", "Global reserve": "512.00MiB (used: 0.00B)" },
  "Data,single": { "Size": "6.50TiB", "Used": "6.00TiB", "/dev/nvme3n1": "6.50TiB" },
  "Unallocated": { "/dev/nvme3n1": "5.00MiB" }
}`;
  expect(pasted(btrfsUsage, 'btrfs-usage', text)).toEqual([
    {
      deviceSize: 7 * 1024 ** 4,
      deviceAllocated: 7 * 1024 ** 4,
      deviceUnallocated: 5 * 1024 ** 2,
      freeEstimated: Math.round(498.8 * 1024 ** 3),
      freeEstimatedMin: Math.round(249.4 * 1024 ** 3),
      globalReserve: { size: 512 * 1024 ** 2, used: 0 },
      rows: [
        {
          type: 'data',
          profile: 'single',
          size: 6.5 * 1024 ** 4,
          used: 6 * 1024 ** 4,
          devices: [{ path: '/dev/nvme3n1', size: 6.5 * 1024 ** 4 }],
        },
      ],
      unallocated: [{ path: '/dev/nvme3n1', bytes: 5 * 1024 ** 2 }],
      resolution: 1024 ** 4 / 200,
    },
  ]);
});

test('half a record; two records; none', () => {
  expect(
    pasted(btrfsUsage, 'btrfs-usage', 'Device unallocated: 1.00MiB\nData,RAID1: Size:1.77TiB, Used:1.61TiB'),
  ).toMatchObject([{ deviceUnallocated: 1024 ** 2, rows: [{ profile: 'RAID1' }] }]);
  expect(pasted(btrfsUsage, 'btrfs-usage', `${OVERALL}\n${OVERALL}`)).toHaveLength(2);
  expect(
    pasted(btrfsUsage, 'btrfs-usage', 'Used: 12\nDevice size: big\n/dev/loop0, ID: 1\n   Device size: 4.00GiB'),
  ).toEqual([]);
});

test('asks once for each file system, at its shallowest mount', () => {
  const at = (target: string) => ['mount', { source: '/dev/sdb', target, fstype: 'btrfs', options: [] }] as const;
  const asks = btrfsUsage.asks?.(known([...at('/var/lib/docker/btrfs')], [...at('/var/lib/docker')]));
  expect(asks).toHaveLength(1);
  expect(asks?.[0]).toMatchObject({ argv: ['btrfs', 'filesystem', 'usage', '-b', '/var/lib/docker'] });
});
