import type { KernelEventName } from '../facts/text.ts';

export interface KernelRule {
  event: KernelEventName;
  pattern: RegExp;
  /** the same words with another meaning */
  unless?: RegExp;
  /** its first group that matches is the device */
  device?: RegExp;
  values?: (match: RegExpExecArray, line: string) => Record<string, number> | undefined;
}

/** One word of every rule: lines without any of them cost one test. */
export const KERNEL_WORDS =
  /device-mapper|Aborting journal|EXT[234]-fs|ext4_|JBD2|XFS|BTRFS|I\/O error|Write error at byte|space allocation|SPACE ALLOC|blocked for more than|beyond end of device|conntrack|[Nn]eighbou?r table|oom-kill|Out of memory|out of memory: Kill|thin metadata|validator check|forced readonly|nospace error/i;

/** Kernel messages from 3.10 to 6.18. Sources: drivers/md/dm-thin*.c, drivers/block/loop.c, block/blk-core.c, fs/{ext4,xfs,btrfs}. */
export const KERNEL_RULES: readonly KernelRule[] = [
  ...thin([
    ['thin-pool-low-water-metadata', /reached low water mark for metadata device/],
    ['thin-pool-low-water-data', /reached low water mark(?! for metadata)/],
    ['thin-pool-out-of-data-error', /switching pool to out-of-data-space \(error IO\)/],
    ['thin-pool-out-of-data-queue', /switching pool to out-of-data-space (?:\(queue IO\) )?mode/],
    ['thin-pool-write-mode', /switching pool to write mode/],
    ['thin-pool-read-only', /switching pool to read-only mode|unable to service pool target messages in READ_ONLY/],
    ['thin-pool-failed', /switching pool to fail(?:ure)? mode/],
    [
      'thin-pool-metadata-full',
      /switching pool to out-of-metadata-space mode|metadata operation '[^']{1,60}' failed: error = -28|unable to alloc(?:ate)? new metadata block|[Nn]o free metadata (?:space|blocks)|ran out of metadata space|out of metadata space/,
    ],
    ['thin-pool-needs-check', /until repaired|needs_check flag set|Setting needs_check/i],
    ['thin-pool-no-space-timeout', /no[_ ]space[_ ]timeout|no free (?:data )?space available/],
    [
      'thin-metadata-corrupt',
      /node_check failed|validator check failed|superblock_check failed|couldn't read superblock|bad (?:checksum|magic)|couldn't open thin (?:metadata|internal(?! device \(-(?:ENODATA|61)\)))|Error opening (?:thin )?metadata|invalid superblock/i,
    ],
  ]),
  { event: 'snapshot-invalid', pattern: /Invalidating snapshot/, device: /snapshots?: (?!Invalid)(\S{1,80}):/ },
  {
    event: 'loop-write-error',
    pattern: /loop\d*: Write error at byte offset (\d{1,19})/,
    values: (match) => offset(match[1]),
  },
  {
    event: 'block-nospc',
    pattern: /critical (?:nospace|space allocation) error|nospace error, dev/,
    device: /\bdev (\S{1,40}?),/,
  },
  {
    event: 'scsi-space-allocation',
    pattern: /space allocation failed write protect|space allocation failed/i,
    device: /\[(sd[a-z]{1,3})\]/,
  },
  {
    event: 'block-io-error',
    pattern:
      /Buffer I\/O error on dev|(?:^|[\s:])(?:critical (?:medium|target) error|I\/O error), dev |end_request: I\/O error|(?:blk_update_request|print_req_error): I\/O error|lost (?:async )?page write due to I\/O error/,
    device: /(?:on device|on dev|, dev) ([\w!.-]{1,40}?)(?:,|kernel|\s|$)/,
  },
  {
    event: 'ext4-bio-nospc',
    // a blk_status_t since 4.13 (3 is BLK_STS_NOSPC), an errno before
    pattern: /ext4_end_bio(?::\d+)?: I\/O error (-?28|3)\b/,
    device: extDevice(),
    values: (match) => status(match[1]),
  },
  {
    event: 'ext4-bio-error',
    pattern: /ext4_end_bio(?::\d+)?: I\/O error(?: (-?\d{1,4})\b)?/,
    unless: /I\/O error (?:-?28|3)\b/,
    device: extDevice(),
    values: (match) => status(match[1]),
  },
  { event: 'ext4-error', pattern: /EXT[34]-fs error\b(?!:)/, device: extDevice() },
  {
    event: 'ext4-journal-abort',
    pattern: /Aborting journal on device|Journal has aborted|Detected aborted journal|journal commit I\/O error/,
    device: /Aborting journal on device ([\w!-]{1,40})-\d+|\(device ([\w!-]{1,40})\)/,
  },
  {
    event: 'ext4-remount-ro',
    pattern: /Remounting filesystem read-only|Remounting fs read-only/,
    device: /EXT[234]-fs (?:error )?\((?:device )?([\w!-]{1,40})\)/,
  },
  {
    event: 'ext4-dir-index-full',
    pattern: /Directory index full|index full, reach max htree level/,
    device: extDevice(),
    values: (_, line) => inode(line),
  },
  {
    event: 'ext4-delalloc-failed',
    pattern: /Delayed block allocation failed/i,
    device: extDevice(),
    values: (_, line) => errno(/error (-?\d{1,3})/.exec(line)?.[1]),
  },
  {
    event: 'xfs-metadata-nospc',
    pattern: /metadata I\/O error.{0,200}?error (-?28)\b/,
    device: xfsDevice(),
    values: (match) => errno(match[1]),
  },
  {
    event: 'xfs-metadata-error',
    pattern: /XFS.{0,80}?metadata I\/O error/i,
    unless: /error -?28\b/,
    device: xfsDevice(),
    values: (_, line) => errno(/ error (-?\d{1,3})\b/.exec(line)?.[1]),
  },
  {
    event: 'xfs-writeback-error',
    pattern: /writeback error on (?:inode|sector)/,
    device: /(?:^|[\s\]])([\w!-]{2,40}): writeback error|XFS \(([\w!-]{1,40})\)/,
  },
  {
    event: 'xfs-shutdown',
    pattern:
      /(?:XFS \(|Filesystem "|xfs_).{0,300}?(?:Shutting down filesystem|has been shut down|Log I\/O [Ee]rror|xfs_do_force_shutdown|xfs_log_force: error -?5 returned|Please u?n?mount the filesystem and rectify)/i,
    device: xfsDevice(),
  },
  {
    event: 'btrfs-abort',
    pattern:
      /BTRFS.{0,200}?(?:Transaction aborted|transaction aborted).{0,40}?error (-?\d{1,3})|BTRFS(?::)? (?:error|critical|warning).{0,300}?errno=(-?\d{1,3})\b|BTRFS.{0,120}?Transaction aborted/i,
    device: btrfsDevice(),
    values: (match) => errno(match[1] ?? match[2]),
  },
  {
    event: 'btrfs-forced-readonly',
    pattern: /BTRFS[^:]{0,60}: ?.{0,80}?forced readonly|btrfs is forced readonly/,
    device: btrfsDevice(),
  },
  {
    event: 'btrfs-balance-enospc',
    pattern: /(\d{1,9}) enospc errors during balance|balance: ended with status:? (-28)/,
    device: btrfsDevice(),
    values: (match) => (match[1] ? { errors: Number(match[1]) } : { errno: -28 }),
  },
  {
    event: 'btrfs-space-info',
    pattern:
      /space_info (?:(?:DATA|METADATA|SYSTEM|\d{1,2})\S{0,30} )?(?:\(sub-group id \d+\) )?has (-?\d{1,19}) free, is (not )?full/i,
    device: btrfsDevice(),
    values: (match) => ({ ...offset(match[1], 'free'), full: match[2] ? 0 : 1 }),
  },
  {
    event: 'btrfs-device-error',
    pattern: /BTRFS.{0,120}?bdev (\S{1,120}) errs: wr (\d{1,12}), rd (\d{1,12})/,
    device: /bdev (\S{1,120}) errs/,
    values: (match) => ({ writes: Number(match[2]), reads: Number(match[3]) }),
  },
  {
    event: 'hung-task',
    pattern: /task (\S{1,120}):\d{1,9} blocked for more than (\d{1,6}) seconds/,
    device: /task [\w.-]{1,60}\/((?:dm|sd|vd|nvme|xvd|md|loop)[\w!]{0,20}(?:-\d+)?)(?:-\d+)?:/,
    values: (match) => ({ seconds: Number(match[2]) }),
  },
  {
    event: 'beyond-end-of-device',
    pattern: /attempt to access beyond end of device/,
    device: /(?:^|[\s\]])([\w!-]{2,40}): rw=|\b([\w!-]{2,40}): attempt to access/,
  },
  { event: 'conntrack-full', pattern: /nf_conntrack: .{0,40}?table full/ },
  { event: 'neighbour-overflow', pattern: /neighbou?r table overflow/i },
  { event: 'oom', pattern: /invoked oom-killer|Out of memory: Kill|oom-kill:constraint|Memory cgroup out of memory/ },
];

function thin(rows: [KernelEventName, RegExp][]): KernelRule[] {
  return rows.map(([event, pattern]) => ({
    event,
    pattern: new RegExp(`device-mapper:.{0,200}?(?:${pattern.source})`, pattern.flags),
    device:
      /device-mapper: (?:thin(?:[ -]pool)?|table|space map metadata|thin metadata|btree spine|block manager)?:? ?(\d{1,4}:\d{1,7}):/,
    values: (_: RegExpExecArray, line: string) => errno(/error = (-?\d{1,3})/.exec(line)?.[1]),
  }));
}

function extDevice(): RegExp {
  return /\(device ([\w!-]{1,40})\)|EXT[234]-fs \(([\w!-]{1,40})\)/;
}

function xfsDevice(): RegExp {
  return /XFS \(([\w!-]{1,40})\)|Filesystem "([\w!-]{1,40})"|XFS[^(]{0,40}\(([\w!-]{1,40})\)/;
}

function btrfsDevice(): RegExp {
  return /\(device ([\w!-]{1,40})/;
}

function offset(text: string | undefined, name = 'offset'): Record<string, number> {
  const value = Number(text);
  return text !== undefined && Number.isSafeInteger(value) ? { [name]: value } : {};
}

function status(text: string | undefined): Record<string, number> | undefined {
  return text === undefined ? undefined : { status: Number(text) };
}

function errno(text: string | undefined): Record<string, number> | undefined {
  return text === undefined ? undefined : { errno: Number(text) };
}

function inode(line: string): Record<string, number> | undefined {
  const text = /inode #(\d{1,15})|\(ino: (\d{1,15})\)/.exec(line)?.slice(1).find(Boolean);
  return text === undefined ? undefined : { inode: Number(text) };
}
