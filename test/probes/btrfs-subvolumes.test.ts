import { expect, test } from 'vitest';
import { btrfsSubvolumes } from '../../src/probes/btrfs-subvolumes.ts';
import { pasted, ran } from './scan.ts';

const ROW = 'ID 257 gen 10 top level 5 path btrfs/subvolumes/ab';

test('rows are counted; -d counts deleted ones; uuids tell snapshots', () => {
  expect(ran(btrfsSubvolumes, 'btrfs-subvolumes', ['btrfs', 'subvolume', 'list', '/mnt'], `${ROW}\n${ROW}`)).toEqual([
    { path: '/mnt', count: 2 },
  ]);
  expect(
    ran(
      btrfsSubvolumes,
      'btrfs-subvolumes',
      ['btrfs', 'subvolume', 'list', '-d', '/mnt'],
      'ID 300 gen 9 top level 0 path DELETED',
    ),
  ).toEqual([{ path: '/mnt', count: 1, deleted: 1 }]);
  const long = (parent: string) =>
    `ID 258 gen 13 cgen 8 parent 5 top level 5 parent_uuid ${parent} received_uuid - uuid 5ff125ed path x`;
  expect(
    ran(
      btrfsSubvolumes,
      'btrfs-subvolumes',
      ['btrfs', 'subvolume', 'list', '-apcguqR', '/mnt'],
      `${long('-')}\n${long('0df9f134')}`,
    ),
  ).toEqual([{ path: '/mnt', count: 2, snapshots: 1 }]);
});

test('counted by wc', () => {
  expect(pasted(btrfsSubvolumes, 'btrfs-subvolumes', '# btrfs subvolume list /var/lib/docker | wc -l\n739')).toEqual([
    { path: '/var/lib/docker', count: 739 },
  ]);
  expect(pasted(btrfsSubvolumes, 'btrfs-subvolumes', '# ls | wc -l\n739')).toEqual([]);
});
