import { expect, test } from 'vitest';
import { btrfsDeviceUsage } from '../../src/probes/btrfs-device-usage.ts';
import { pasted } from './scan.ts';

test('two devices', () => {
  const text = `/dev/sdb, ID: 1
   Device size:             4.00GiB
   Device slack:              0.00B
   Data,single:             3.50GiB
   Metadata,DUP:          512.00MiB
   Unallocated:             1.00MiB

missing, ID: 2
   Device size:                 0
   Unallocated:             4294967296
`;
  expect(pasted(btrfsDeviceUsage, 'btrfs-device-usage', text)).toEqual([
    {
      path: '/dev/sdb',
      devid: 1,
      size: 4 * 1024 ** 3,
      slack: 0,
      unallocated: 1024 ** 2,
      allocations: [
        { type: 'data', profile: 'single', size: 3.5 * 1024 ** 3 },
        { type: 'metadata', profile: 'DUP', size: 512 * 1024 ** 2 },
      ],
      resolution: 1024 ** 3 / 200,
    },
    { path: 'missing', devid: 2, size: 0, unallocated: 4294967296, allocations: [] },
  ]);
});
