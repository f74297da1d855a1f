import { expect, test } from 'vitest';
import { lsblk } from '../../src/probes/lsblk.ts';
import { file, pasted, ran } from './scan.ts';

const G = 1024 ** 3;

test('JSON: a pool under its two parents is one device', () => {
  const pool = {
    name: 'vg-pool',
    kname: 'dm-2',
    'maj:min': '253:2',
    type: 'lvm',
    size: 100,
    ro: false,
    mountpoints: [null],
    'disc-max': 0,
    pkname: 'dm-0',
  };
  const body = JSON.stringify({
    blockdevices: [
      {
        name: 'vdb',
        kname: 'vdb',
        'maj:min': '254:16',
        type: 'disk',
        size: 300,
        ro: false,
        mountpoints: [null],
        fstype: 'LVM2_member',
        uuid: 'x',
        pkname: null,
        children: [
          { name: 'vg-pool_tmeta', kname: 'dm-0', type: 'lvm', size: 16, mountpoint: null, children: [pool] },
          {
            name: 'vg-pool_tdata',
            kname: 'dm-1',
            type: 'lvm',
            size: 100,
            mountpoint: null,
            children: [{ ...pool, pkname: 'dm-1' }],
          },
        ],
      },
      { name: 'vda', type: 'disk', size: '50G', mountpoints: ['/', '/data'], ro: '1', fssize: '49.5G' },
    ],
  });
  const devices = ran(lsblk, 'block', ['lsblk', '-b', '-J'], body);
  expect(devices.map((one) => [one.name, one.parents])).toEqual([
    ['vdb', []],
    ['vda', []],
    ['vg-pool_tmeta', ['vdb']],
    ['vg-pool_tdata', ['vdb']],
    ['vg-pool', ['vg-pool_tmeta', 'vg-pool_tdata']],
  ]);
  expect(devices[1]).toEqual({
    name: 'vda',
    type: 'disk',
    size: 50 * G,
    resolution: G / 2,
    fsSize: 49.5 * G,
    mountpoints: ['/', '/data'],
    readOnly: true,
    parents: [],
  });
  expect(devices[4]).toMatchObject({ majmin: '253:2', discardMax: 0, readOnly: false });
});

const TREE = `NAME                       MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT
loop0                        7:0    0  100G  0 loop
└─docker-253:3-33517-pool  252:0    0  100G  0 dm
xvda                       202:0    0    8G  0 disk
└─xvda1                    202:1    0    8G  0 part /
                                                 /data
xvdcz                      202:26368 0   72G  0 disk
  ├─vg-pool_tmeta          253:0    0   76M  1 lvm
  │ └─vg-pool              253:2    0 71.2G  0 lvm`;
const EXPECTED = [
  'loop0<',
  'docker-253:3-33517-pool<loop0',
  'xvda<',
  'xvda1<xvda',
  'xvdcz<',
  'vg-pool_tmeta<xvdcz',
  'vg-pool<vg-pool_tmeta',
];

test('a pasted tree, with UTF-8 and with ASCII glyphs, with and without its header', () => {
  const names = (text: string) => pasted(lsblk, 'block', text).map((one) => `${one.name}<${one.parents.join()}`);
  expect(names(TREE)).toEqual(EXPECTED);
  expect(
    names(TREE.replaceAll('├─', '|-').replaceAll('└─', '`-').replaceAll('│', '|')).filter(
      (name) => !/xvda1|pool</.test(name),
    ).length,
  ).toBe(EXPECTED.length - 3);
  expect(names(TREE.split('\n').slice(1).join('\n'))).toEqual(EXPECTED);
  expect(pasted(lsblk, 'block', TREE)[3]).toEqual({
    name: 'xvda1',
    majmin: '202:1',
    type: 'part',
    size: 8 * G,
    resolution: G / 2,
    mountpoints: ['/', '/data'],
    readOnly: false,
    parents: ['xvda'],
  });
});

test('other columns; pairs; /proc/partitions', () => {
  expect(
    pasted(lsblk, 'block', 'NAME   FSTYPE SIZE TYPE MOUNTPOINT\nsda           10G disk\n├─sda1 ext4    5G part /boot'),
  ).toMatchObject([
    { name: 'sda', type: 'disk', mountpoints: [] },
    { name: 'sda1', fstype: 'ext4', mountpoints: ['/boot'], parents: ['sda'] },
  ]);
  expect(
    pasted(
      lsblk,
      'block',
      'NAME="vg-a" KNAME="dm-1" MAJ:MIN="253:1" TYPE="lvm" FSTYPE="xfs" SIZE="4096" MOUNTPOINT="/a" RO="0" DISC-MAX="0" PKNAME="sdb" UUID=""',
    ),
  ).toEqual([
    {
      name: 'vg-a',
      kname: 'dm-1',
      majmin: '253:1',
      type: 'lvm',
      fstype: 'xfs',
      size: 4096,
      mountpoints: ['/a'],
      readOnly: false,
      parents: ['sdb'],
      discardMax: 0,
    },
  ]);
  expect(
    file(
      lsblk,
      'block',
      '/proc/partitions',
      'major minor  #blocks  name\n\n   8        0       1024 sda\n   8        1        512 sda1',
    ),
  ).toMatchObject([
    { name: 'sda', type: 'disk', size: 1024 ** 2 },
    { name: 'sda1', type: 'part', majmin: '8:1' },
  ]);
});
