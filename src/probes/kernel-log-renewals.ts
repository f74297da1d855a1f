import type { KernelEventName } from './facts/text.ts';

interface Renewal {
  /** its first group is the device */
  pattern: RegExp;
  /** what was said of the device before is over */
  ends: (event: KernelEventName) => boolean;
}

/** A line of {@link RENEWALS} has one of these. */
const WORDS = /detected capacity change|mounted filesystem|Mounting V|BTRFS info/;

/**
 * Lines after which earlier messages about a device tell of the past: a loop device was attached anew, a
 * file system was mounted (a mount that is refused says so in other words), a balance did its work.
 * Sources: drivers/block/loop.c with block/genhd.c, fs/ext4/super.c, fs/xfs/xfs_log.c, fs/btrfs/{disk-io,volumes}.c.
 */
const RENEWALS: readonly Renewal[] = [
  { pattern: /\b(loop\d{1,7}): detected capacity change from 0 to /, ends: () => true },
  { pattern: /EXT4-fs \(([\w!-]{1,40})\): mounted filesystem/, ends: (event) => event.startsWith('ext4-') },
  { pattern: /XFS \(([\w!-]{1,40})\): Mounting V\d/, ends: (event) => event.startsWith('xfs-') },
  {
    pattern:
      /BTRFS info \(device ([\w!-]{1,40})\): (?:first mount of filesystem|using \S{1,20}(?: \([\w-]{1,40}\))? checksum algorithm)/,
    ends: (event) => event.startsWith('btrfs-'),
  },
  {
    pattern: /BTRFS info \(device ([\w!-]{1,40})\): balance: ended with status:? 0\b/,
    ends: (event) => event === 'btrfs-balance-enospc',
  },
];

/** The device of such a line, and which events it ends. */
export function renewal(line: string): { device: string; ends: Renewal['ends'] } | undefined {
  if (!WORDS.test(line)) return undefined;
  for (const { pattern, ends } of RENEWALS) {
    const device = pattern.exec(line)?.[1];
    if (device !== undefined) return { device, ends };
  }
  return undefined;
}
