import { expect, test } from 'vitest';
import { btrfsQgroup } from '../../src/probes/btrfs-qgroup.ts';
import { pasted, ran } from './scan.ts';

test('limits stand in any order; `none` is no limit', () => {
  const text = `qgroupid         rfer         excl     max_excl     max_rfer
--------         ----         ----     --------     --------
0/5          16.00KiB     16.00KiB         none         none
0/257        10.00GiB      1.00GiB         none     10.00GiB`;
  expect(ran(btrfsQgroup, 'btrfs-qgroup', ['btrfs', 'qgroup', 'show', '-re', '/mnt'], text)).toEqual([
    { path: '/mnt', id: '0/5', referenced: 16384, exclusive: 16384 },
    { path: '/mnt', id: '0/257', referenced: 10 * 1024 ** 3, exclusive: 1024 ** 3, maxReferenced: 10 * 1024 ** 3 },
  ]);
});

test('JSON; rows without a header are none', () => {
  const body =
    '{"qgroup-show":[{"qgroupid":"0/256","referenced":"16384","max_referenced":"0","exclusive":"8192","max_exclusive":"1000"}]}';
  expect(ran(btrfsQgroup, 'btrfs-qgroup', ['btrfs', '--format', 'json', 'qgroup', 'show', '/mnt'], body)).toEqual([
    { id: '0/256', referenced: 16384, exclusive: 8192, maxExclusive: 1000 },
  ]);
  expect(pasted(btrfsQgroup, 'btrfs-qgroup', '1/1 5 6')).toEqual([]);
});
