import { expect, test } from 'vitest';
import { extErrors } from '../../src/probes/ext-errors.ts';
import { ran } from './scan.ts';

test('key=value dumps and grep -H, one fact for each device', () => {
  const dump =
    'errors_count=3\nlast_error_func=ext4_lookup\nlast_error_time=1700000000\nwarning_count=0\nreserved_clusters=4096\ntrigger_fs_error=cat: Permission denied';
  expect(
    ran(
      extErrors,
      'ext-errors',
      ['bash', '-c', 'cd /sys/fs/ext4/sda1 && for f in *; do printf "%s=%s\\n" $f "$(cat $f)"; done'],
      dump,
    ),
  ).toEqual([
    {
      device: 'sda1',
      errors: 3,
      warnings: 0,
      lastFunction: 'ext4_lookup',
      lastTime: 1700000000,
      reservedClusters: 4096,
    },
  ]);
  const grep =
    '/sys/fs/ext4/features/lazy_itable_init:supported\n/sys/fs/ext4/dm-0/errors_count:0\n/sys/fs/ext4/sdb1/errors_count:7\n/sys/fs/ext4/sdc1/warning_count:7';
  expect(ran(extErrors, 'ext-errors', ['grep', '-rHs', '.', '/sys/fs/ext4'], grep)).toEqual([
    { device: 'dm-0', errors: 0 },
    { device: 'sdb1', errors: 7 },
  ]);
});
