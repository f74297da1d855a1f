import { expect, test } from 'vitest';
import { btrfsShow } from '../../src/probes/btrfs-show.ts';
import { pasted, ran } from './scan.ts';

const G = 1024 ** 3;

test('two file systems, rounded; a missing device', () => {
  const text = `Label: 'docker'  uuid: 1B380b61-3424-4157-a78a-cb89eb5241d7
	Total devices 2 FS bytes used 3.62GiB
	devid    1 size 4.00GiB used 4.00GiB path /dev/loop0
	devid    2 size 0 used 0 path <missing disk> MISSING

Label: none  uuid: f6be3f3e-99dc-467a-a723-87d73294cd56
	Total devices 1 FS bytes used 399.73MiB
	devid    1 size 1.50GiB used 0.00B path /dev/mapper/vg-x`;
  expect(ran(btrfsShow, 'btrfs-show', ['btrfs', 'fi', 'show'], text)).toEqual([
    {
      label: 'docker',
      uuid: '1b380b61-3424-4157-a78a-cb89eb5241d7',
      totalDevices: 2,
      bytesUsed: Math.round(3.62 * G),
      devices: [
        { devid: 1, size: 4 * G, used: 4 * G, path: '/dev/loop0' },
        { devid: 2, size: 0, used: 0, missing: true },
      ],
      resolution: G / 200,
    },
    {
      uuid: 'f6be3f3e-99dc-467a-a723-87d73294cd56',
      totalDevices: 1,
      bytesUsed: Math.round(399.73 * 1024 ** 2),
      devices: [{ devid: 1, size: 1.5 * G, used: 0, path: '/dev/mapper/vg-x' }],
      resolution: G / 200,
    },
  ]);
});

test('--raw is exact; a paste that lost its first lines and its blanks', () => {
  expect(pasted(btrfsShow, 'btrfs-show', '> devid 1 size 4294967296 used 4293918720 path /dev/sdb')).toEqual([
    { uuid: '', devices: [{ devid: 1, size: 4294967296, used: 4293918720, path: '/dev/sdb' }] },
  ]);
  expect(pasted(btrfsShow, 'btrfs-show', 'the device with devid 1 is full')).toEqual([]);
});
