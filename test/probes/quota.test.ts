import { expect, test } from 'vitest';
import { quota } from '../../src/probes/quota.ts';
import { pasted, ran } from './scan.ts';

test('repquota: with and without a grace period', () => {
  const text = `*** Report for user quotas on device /dev/sda1
Block grace time: 7days; Inode grace time: 7days
                        Block limits                File limits
User            used    soft    hard  grace    used  soft  hard  grace
----------------------------------------------------------------------
root      --      20       0       0              2     0     0
build     +-  102400   90000  102400  6days      10     0  5000       `;
  expect(pasted(quota, 'quota', text)).toEqual([
    {
      filesystem: '/dev/sda1',
      kind: 'user',
      subject: 'root',
      usedBytes: 20480,
      softBytes: 0,
      hardBytes: 0,
      usedInodes: 2,
      hardInodes: 0,
    },
    {
      filesystem: '/dev/sda1',
      kind: 'user',
      subject: 'build',
      usedBytes: 102400 * 1024,
      softBytes: 90000 * 1024,
      hardBytes: 102400 * 1024,
      usedInodes: 10,
      hardInodes: 5000,
    },
  ]);
});

test('xfs_quota report, with and without (-N) its heading', () => {
  const row = '#2            1048576          0    1048576     00 [--------]';
  const expected = [
    {
      filesystem: '/var/lib/docker',
      kind: 'project',
      subject: '#2',
      usedBytes: 1024 ** 3,
      softBytes: 0,
      hardBytes: 1024 ** 3,
    },
  ];
  expect(
    pasted(
      quota,
      'quota',
      `Project quota on /var/lib/docker (/dev/sdb1)\n                Blocks\nProject ID       Used       Soft       Hard    Warn/Grace\n---------- ---\n${row}`,
    ),
  ).toEqual(expected);
  expect(ran(quota, 'quota', ['xfs_quota', '-x', '-c', 'report -p -N', '/var/lib/docker'], row)).toEqual(expected);
  expect(
    ran(
      quota,
      'quota',
      ['xfs_quota', '-x', '-c', 'df -b', '/mnt'],
      'Filesystem 1K-blocks Used Available Use% Pathname\n/dev/loop1 4128768 915492 3213276 22% /mnt',
    ),
  ).toEqual([]);
});

test('quota -s', () => {
  const text =
    'Disk quotas for user bob (uid 1000): \n     Filesystem   space   quota   limit   grace   files   quota   limit   grace\n      /dev/sda1    20G*    18G     20G   6days    100       0       0';
  expect(pasted(quota, 'quota', text)).toEqual([
    {
      filesystem: '/dev/sda1',
      kind: 'user',
      subject: 'bob',
      usedBytes: 20 * 1024 ** 3,
      softBytes: 18 * 1024 ** 3,
      hardBytes: 20 * 1024 ** 3,
      usedInodes: 100,
      hardInodes: 0,
    },
  ]);
});
