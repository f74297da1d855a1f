import { expect, test } from 'vitest';
import { btrfsSysfs } from '../../src/probes/btrfs-sysfs.ts';
import { file, pasted, ran } from './scan.ts';

const UUID = '1b380b61-3424-4157-a78a-cb89eb5241d7';
const LINES = [
  'allocation/metadata/bytes_used=100',
  'allocation/metadata/total_bytes=200',
  'allocation/metadata/disk_total=400',
  'allocation/metadata/bytes_may_use=20',
  'allocation/metadata/dup/total_bytes=200',
  'allocation/metadata/dup/used_bytes=100',
  'allocation/global_rsv_size=16',
  'exclusive_operation=none',
  'features/free_space_tree=1',
  'label=docker',
  'nodesize=16384',
  'allocation/data/total_bytes=7',
];
const VALUE = {
  uuid: UUID,
  label: 'docker',
  spaces: {
    metadata: {
      total: 200,
      used: 100,
      diskTotal: 400,
      mayUse: 20,
      profiles: [{ profile: 'dup', total: 200, used: 100 }],
    },
  },
  globalReserveSize: 16,
  exclusiveOperation: 'none',
  features: ['free_space_tree'],
  nodeSize: 16384,
  devices: [],
};

test('path=value after a cd; `data` without bytes_used stays unknown', () => {
  const argv = [
    'bash',
    '-c',
    `cd /sys/fs/btrfs/${UUID} && find . -type f | while read f; do printf '%s=%s\\n' "$f" "$(cat $f)"; done`,
  ];
  expect(ran(btrfsSysfs, 'btrfs-sysfs', argv, LINES.map((line) => `./${line} `).join('\n'))).toEqual([VALUE]);
  expect(
    pasted(
      btrfsSysfs,
      'btrfs-sysfs',
      `# cd /sys/fs/btrfs/${UUID} && grep -r .\n${LINES.map((line) => line.replace('=', ':')).join('\n')}`,
    ),
  ).toEqual([VALUE]);
});

test('grep -H, one file, names of devices', () => {
  const text = LINES.map((line) => `/sys/fs/btrfs/${UUID}/${line.replace('=', ':')}`).join('\n');
  expect(
    ran(btrfsSysfs, 'btrfs-sysfs', ['grep', '-rHs', '.', '/sys/fs/btrfs'], `/sys/fs/btrfs/features/raid56:0\n${text}`),
  ).toEqual([VALUE]);
  expect(file(btrfsSysfs, 'btrfs-sysfs', `/sys/fs/btrfs/${UUID}/exclusive_operation`, 'balance paused\n')).toEqual([
    { uuid: UUID, spaces: {}, devices: [], exclusiveOperation: 'balance paused' },
  ]);
  expect(
    ran(
      btrfsSysfs,
      'btrfs-sysfs',
      ['find', '/sys/fs/btrfs', '-path', '*/devices/*'],
      `/sys/fs/btrfs/${UUID}/devices/sda1\n/sys/fs/btrfs/${UUID}/devices/dm-2`,
    ),
  ).toEqual([{ uuid: UUID, spaces: {}, devices: [{ name: 'sda1' }, { name: 'dm-2' }] }]);
});
