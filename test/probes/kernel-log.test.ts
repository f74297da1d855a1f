import { describe, expect, it } from 'vitest';
import type { KernelEvent } from '../../src/probes/facts/text.ts';
import { kernelLog } from '../../src/probes/kernel-log.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { fc } from '../random-cases.ts';

function read(text: string): KernelEvent[] {
  const doc = makeDocument({ kind: 'paste' }, text);
  return kernelLog.recognises(doc) ? kernelLog.scan(doc).map((one) => one.value as KernelEvent) : [];
}

describe('kernelLog', () => {
  it.each<[string, KernelEvent]>([
    [
      '[   14.118625] device-mapper: thin: 254:0: reached low water mark for data device: sending event.',
      { event: 'thin-pool-low-water-data', device: '254:0', at: 14.118625 },
    ],
    [
      'device-mapper: thin: 254:0: reached low water mark for metadata device: sending event.',
      { event: 'thin-pool-low-water-metadata', device: '254:0' },
    ],
    [
      'Mar  1 04:00:00 n1 kernel: device-mapper: thin: 253:4: switching pool to out-of-data-space mode',
      { event: 'thin-pool-out-of-data-queue', device: '253:4' },
    ],
    [
      'device-mapper: thin: 254:0: switching pool to out-of-data-space (error IO) mode',
      { event: 'thin-pool-out-of-data-error', device: '254:0' },
    ],
    [
      "device-mapper: thin: 254:0: metadata operation 'dm_pool_commit_metadata' failed: error = -28",
      { event: 'thin-pool-metadata-full', device: '254:0', values: { errno: -28 } },
    ],
    [
      'device-mapper: thin: 254:0: unable to switch pool to write mode until repaired.',
      { event: 'thin-pool-needs-check', device: '254:0' },
    ],
    ['device-mapper: btree spine: node_check failed: blocknr 0 != wanted 9', { event: 'thin-metadata-corrupt' }],
    [
      "device-mapper: table: 253:6: thin: Couldn't open thin internal device (-EILSEQ)",
      { event: 'thin-metadata-corrupt', device: '253:6' },
    ],
    ['device-mapper: snapshots: Invalidating snapshot: Unable to allocate exception.', { event: 'snapshot-invalid' }],
    [
      'loop: Write error at byte offset 175489024, length 4096.',
      { event: 'loop-write-error', values: { offset: 175489024 } },
    ],
    ['I/O error, dev loop1, sector 340480 op 0x1:(WRITE) flags 0x4800', { event: 'block-io-error', device: 'loop1' }],
    [
      'blk_update_request: critical space allocation error, dev sdb, sector 12345',
      { event: 'block-nospc', device: 'sdb' },
    ],
    [
      'EXT4-fs warning (device dm-1): ext4_end_bio:343: I/O error 3 writing to inode 13 starting block 34304)',
      { event: 'ext4-bio-nospc', device: 'dm-1', values: { status: 3 } },
    ],
    [
      'EXT4-fs warning (device loop1): ext4_end_bio:343: I/O error 10 writing to inode 12',
      { event: 'ext4-bio-error', device: 'loop1', values: { status: 10 } },
    ],
    ['EXT4-fs (dm-1): Remounting filesystem read-only', { event: 'ext4-remount-ro', device: 'dm-1' }],
    ['Aborting journal on device dm-1-8.', { event: 'ext4-journal-abort', device: 'dm-1' }],
    [
      'EXT4-fs warning (device sda4): ext4_dx_add_entry:2199: inode #21901: comm minio: Directory index full!',
      { event: 'ext4-dir-index-full', device: 'sda4', values: { inode: 21901 } },
    ],
    [
      'XFS (dm-1): metadata I/O error in "xfs_buf_ioend+0x27e/0x5e0 [xfs]" at daddr 0x140080 len 32 error 28',
      { event: 'xfs-metadata-nospc', device: 'dm-1', values: { errno: 28 } },
    ],
    ['BTRFS: Transaction aborted (error -28)', { event: 'btrfs-abort', values: { errno: -28 } }],
    [
      'BTRFS info (device loop1): 11 enospc errors during balance',
      { event: 'btrfs-balance-enospc', device: 'loop1', values: { errors: 11 } },
    ],
    [
      'INFO: task jbd2/dm-3-8:412 blocked for more than 120 seconds.',
      { event: 'hung-task', device: 'dm-3', values: { seconds: 120 } },
    ],
    ['nf_conntrack: nf_conntrack: table full, dropping packet', { event: 'conntrack-full' }],
  ])('reads %j', (line, event) => {
    expect(read(line)).toEqual([event]);
  });

  it('reads messages that lost the line breaks between them', () => {
    const mashed =
      'kernel: Buffer I/O error on devicekernel: EXT4-fs warning: ext4_end_bio:332: I/O errorkernel: EXT4-fs: Remounting filesystem read-only';
    expect(read(mashed).map((one) => one.event)).toEqual(['block-io-error', 'ext4-bio-error', 'ext4-remount-ro']);
  });
  it('counts repeats, for each device apart', () => {
    const line = (n: number, dev: string) =>
      `[ ${n}.000001] Buffer I/O error on dev ${dev}, logical block ${n}, lost async page write\n`;
    expect(read(line(1, 'dm-1') + line(2, 'dm-1') + line(3, 'dm-2'))).toEqual([
      { event: 'block-io-error', device: 'dm-1', at: 1.000001, values: { repeats: 2 } },
      { event: 'block-io-error', device: 'dm-2', at: 3.000001 },
    ]);
  });
  it.each([
    'EXT4-fs (dm-767): mounted filesystem with ordered data mode. Opts: (null)',
    'XFS (dm-4): Ending clean mount',
    // the pool has no volume of that number
    "[  375.973708] device-mapper: table: 253:6: thin: Couldn't open thin internal device (-ENODATA)",
    'My btrfs was read only yesterday',
  ])('leaves %j', (line) => {
    expect(read(line)).toEqual([]);
  });
  it('never throws and gives finite numbers', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(
              'BTRFS error (device ',
              'EXT4-fs error',
              'device-mapper: thin: ',
              'kernel: ',
              'I/O error 3',
              '99999999999999999999',
              'Write error at byte offset ',
              '\n',
            ),
            fc.string(),
          ),
        ),
        (parts) => {
          for (const event of read(parts.join('')))
            for (const value of Object.values(event.values ?? {})) expect(Number.isFinite(value)).toBe(true);
        },
      ),
    );
  });
});

describe('a log of the host itself', () => {
  const events = (...lines: string[]) =>
    kernelLog
      .scan(makeDocument({ kind: 'run', argv: ['dmesg'] }, lines.join('\n')))
      .map(({ value }) => (value as KernelEvent).event);
  const lost = '[ 9361.6] Buffer I/O error on device loop1, logical block 110592';
  const aborted = '[ 9361.7] Aborting journal on device loop1-8.';
  const balance = '[15283.0] BTRFS info (device loop0): 9 enospc errors during balance';
  const noBlock = '[470.5] device-mapper: thin: No free metadata blocks';
  const full = '[302.3] device-mapper: thin: 253:2: switching pool to out-of-data-space (error IO) mode';
  const WRITES = ['thin-pool-write-mode'];
  it.each<[string, string[], string[]]>([
    ['attached anew', [lost, aborted, '[9400.1] loop1: detected capacity change from 0 to 2097152'], []],
    [
      'mounted again: what its file system said is over, what the device said is not',
      [
        lost,
        aborted,
        '[9400.1] EXT4-fs (loop1): mounted filesystem 3633 r/w with ordered data mode. Quota mode: none.',
      ],
      ['block-io-error'],
    ],
    ['another device', [lost, '[9400.1] loop12: detected capacity change from 0 to 2097152'], ['block-io-error']],
    ['again afterwards', [lost, '[9400.1] loop1: detected capacity change from 0 to 8', lost], ['block-io-error']],
    ['a balance that ended well', [balance, '[15289.1] BTRFS info (device loop0): balance: ended with status: 0'], []],
    [
      'a pool given more metadata',
      [noBlock, '[472.8] device-mapper: thin: 253:2: switching pool to write mode'],
      WRITES,
    ],
    [
      'a pool given more data: that it was full tells of writes that were lost',
      [full, '[472.8] device-mapper: thin: 253:2: switching pool to write mode'],
      ['thin-pool-out-of-data-error', ...WRITES],
    ],
    ['grown while in use', [lost, '[9400.1] loop1: detected capacity change from 8 to 16'], ['block-io-error']],
  ])('%s', (_, lines, expected) => expect(events(...lines)).toEqual(expected));
  it('a paste keeps all', () => {
    const told = read(`${lost}\n[9400.1] loop1: detected capacity change from 0 to 2097152`);
    expect(told.map((one) => one.event)).toEqual(['block-io-error']);
  });
});
