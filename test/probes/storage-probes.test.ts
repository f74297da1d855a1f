import { describe, expect, test } from 'vitest';
import { btrfsBalance } from '../../src/probes/btrfs-balance.ts';
import { btrfsDeviceUsage } from '../../src/probes/btrfs-device-usage.ts';
import { btrfsDf } from '../../src/probes/btrfs-df.ts';
import { btrfsQgroup } from '../../src/probes/btrfs-qgroup.ts';
import { btrfsShow } from '../../src/probes/btrfs-show.ts';
import { btrfsSubvolumes } from '../../src/probes/btrfs-subvolumes.ts';
import { btrfsSysfs } from '../../src/probes/btrfs-sysfs.ts';
import { btrfsUsage } from '../../src/probes/btrfs-usage.ts';
import { df } from '../../src/probes/df.ts';
import { dfInodes } from '../../src/probes/df-inodes.ts';
import { directorySize } from '../../src/probes/directory-size.ts';
import { diskImage } from '../../src/probes/disk-image.ts';
import type { Origin } from '../../src/probes/document.ts';
import { extErrors } from '../../src/probes/ext-errors.ts';
import { extSuper } from '../../src/probes/ext-super.ts';
import { files } from '../../src/probes/files.ts';
import { findmnt } from '../../src/probes/findmnt.ts';
import { losetup } from '../../src/probes/losetup.ts';
import { lsblk } from '../../src/probes/lsblk.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { mountinfo } from '../../src/probes/mountinfo.ts';
import { openDeleted } from '../../src/probes/open-deleted.ts';
import { quota } from '../../src/probes/quota.ts';
import { statfs } from '../../src/probes/statfs.ts';
import { xfsFreeSpace } from '../../src/probes/xfs-free-space.ts';
import { xfsInfo } from '../../src/probes/xfs-info.ts';
import { zfs } from '../../src/probes/zfs.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

const PROBES = [
  df,
  dfInodes,
  statfs,
  mountinfo,
  findmnt,
  lsblk,
  losetup,
  btrfsShow,
  btrfsDf,
  btrfsUsage,
  btrfsDeviceUsage,
  btrfsSysfs,
  btrfsBalance,
  btrfsSubvolumes,
  btrfsQgroup,
  xfsInfo,
  xfsFreeSpace,
  extSuper,
  extErrors,
  quota,
  zfs,
  diskImage,
  files,
  directorySize,
  openDeleted,
];

/** Words that these programs print, to make texts that come close to records. */
const WORDS = [
  '/',
  '/dev/sda1',
  'tmpfs',
  '50G',
  '45.3',
  '0',
  '-',
  '100%',
  '1e9',
  '-5',
  '99999999999999999999',
  '1.5TiB',
  'Data,single:',
  'Size:1GiB,',
  'Used:1GiB',
  'devid',
  '1',
  'size',
  'used',
  'path',
  'Overall:',
  'Device',
  'unallocated:',
  'NAME',
  'MAJ:MIN',
  '8:0',
  'disk',
  '└─sda',
  '-rw-r--r--',
  'root',
  'Nov',
  '21',
  '01:36',
  '->',
  '(deleted)',
  'REG',
  '\t',
  '\n',
  '\n',
  '\n',
  '$ df -i',
  '# ls -l /x',
  'Filesystem',
  'Use%',
  'Inode',
  'count:',
  'Block',
  '{"a":',
  '}',
  '[]',
  'Metadata,',
  'DUP:',
  'total=1GiB,',
  'used=NaN',
  'ID',
  'gen',
  'top',
  'level',
  '0/5',
  'qgroupid',
  '/sys/fs/ext4/sda1/errors_count:5',
  'on',
  'type',
  '(rw)',
  'meta-data=/x',
  'bsize=0',
  'blocks=9',
];
const TEXT = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join(' ')),
);
const ORIGIN = fc.constantFrom<Origin>(
  { kind: 'paste' },
  { kind: 'run', argv: ['sh', '-c', 'cd /sys/fs/ext4/sda1; ls -l /x; df -i; du -s'] },
  { kind: 'statfs', path: '/x' },
  { kind: 'read', path: '/proc/partitions' },
);

function badNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value) || value < 0;
  return typeof value === 'object' && value !== null && Object.values(value).some(badNumber);
}

test('no text makes a probe throw or invent a number', () => {
  fc.assert(
    fc.property(ORIGIN, TEXT, (origin, text) => {
      const doc = makeDocument(origin, text);
      for (const probe of PROBES) {
        probe.recognises(doc);
        for (const fact of probe.scan(doc))
          expect(badNumber(fact.value), `${probe.id}: ${JSON.stringify(fact)}`).toBe(false);
      }
    }),
    { numRuns: 400 },
  );
});

describe('time grows with the text, not with its square', () => {
  const hostile: [string, string][] = [
    ['digits', '1'.repeat(60_000)],
    ['numbers', '1 '.repeat(60_000)],
    ['blanks', `a${' '.repeat(60_000)}b`],
    ['slashes', '/'.repeat(60_000)],
    ['paths', '/var/a '.repeat(8000)],
    ['braces', '{"blockdevices":'.repeat(4000)],
    ['nested', '[{"children":'.repeat(4000)],
    ['rows', '/dev/sda1 50G 50G 0 100% / '.repeat(2300)],
    ['tree', '│ '.repeat(30_000)],
    ['mode', '-rw-r--r-- '.repeat(6000)],
    ['keys', 'NAME="a" '.repeat(7000)],
    ['mounts', '/dev/a on /a '.repeat(5000)],
    ['dashes', ' - rw '.repeat(10_000)],
    ['commas', 'rw,'.repeat(20_000)],
    ['lines', '/x 1\n'.repeat(20_000)],
    ['stars', '**`'.repeat(20_000)],
    ['prompts', 'a@b:'.repeat(20_000)],
    ['devices', '/dev/loop0: ['.repeat(5000)],
  ];
  test.each(hostile)('%s', (_, text) => {
    const doc = makeDocument({ kind: 'paste' }, text);
    for (const probe of PROBES) {
      const start = process.cpuUsage();
      probe.recognises(doc);
      probe.scan(doc);
      // quadratic work on 60 000 characters takes tens of seconds; a busy machine may be slow
      expect(spent(start), probe.id).toBeLessThan(2500);
    }
  });
});
