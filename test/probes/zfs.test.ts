import { expect, test } from 'vitest';
import { ZFS_COLUMNS, zfs } from '../../src/probes/zfs.ts';
import { pasted, ran } from './scan.ts';

const G = 1024 ** 3;

test('zfs list for people, and -Hp with the columns of the command', () => {
  expect(
    pasted(
      zfs,
      'zfs-dataset',
      'NAME          USED  AVAIL  REFER  MOUNTPOINT\ntank          90G    10G    96K  /tank\ntank/docker   80G      0   512M  legacy',
    ),
  ).toEqual([
    { name: 'tank', used: 90 * G, available: 10 * G, referenced: 98304, mountpoint: '/tank', resolution: G / 2 },
    { name: 'tank/docker', used: 80 * G, available: 0, referenced: G / 2, resolution: G / 2 },
  ]);
  expect(
    ran(zfs, 'zfs-dataset', ['zfs', 'list', '-Hp', '-o', ZFS_COLUMNS], 'tank/d\t100\t50\t10\t/d\t7\t200\t0\t0\t30'),
  ).toEqual([
    {
      name: 'tank/d',
      used: 100,
      available: 50,
      referenced: 10,
      mountpoint: '/d',
      usedBySnapshots: 7,
      quota: 200,
      refreservation: 30,
    },
  ]);
});

test('zfs get: one property a line', () => {
  const text =
    'NAME   PROPERTY   VALUE  SOURCE\ntank/d  used       5.5G   -\ntank/d  available  1G     -\ntank/d  quota      none   default\ntank/d  refquota   6G     local';
  expect(pasted(zfs, 'zfs-dataset', text)).toEqual([
    { name: 'tank/d', used: 5.5 * G, available: G, refquota: 6 * G, resolution: G / 2 },
  ]);
});

test('zpool list in two generations of columns', () => {
  expect(
    pasted(
      zfs,
      'zpool',
      'NAME   SIZE  ALLOC   FREE  CKPOINT  EXPANDSZ   FRAG    CAP  DEDUP    HEALTH  ALTROOT\ntank   100G    98G     2G        -         -    70%    98%  1.00x    ONLINE  -',
    ),
  ).toEqual([
    {
      name: 'tank',
      size: 100 * G,
      allocated: 98 * G,
      free: 2 * G,
      capacityPercent: 98,
      fragmentationPercent: 70,
      health: 'ONLINE',
      resolution: G / 2,
    },
  ]);
  expect(
    pasted(
      zfs,
      'zpool',
      'NAME   SIZE  ALLOC   FREE    CAP  DEDUP  HEALTH  ALTROOT\ntank   100G    98G     2G    98%  1.00x  DEGRADED  -',
    ),
  ).toMatchObject([{ capacityPercent: 98, health: 'DEGRADED' }]);
  expect(
    ran(
      zfs,
      'zpool',
      ['zpool', 'list', '-Hp', '-o', 'name,size,alloc,free,cap,frag,health'],
      'tank\t100\t98\t2\t98\t-\tONLINE',
    ),
  ).toEqual([{ name: 'tank', size: 100, allocated: 98, free: 2, capacityPercent: 98, health: 'ONLINE' }]);
});
