import type { KernelEventName } from './facts/text.ts';

interface Renewal {
  /** its first group is the device */
  pattern: RegExp;
  /** what was said of the device before is over */
  ends: (event: KernelEventName) => boolean;
  /** and of what it names no device for */
  unnamed?: true;
}

/** A line of {@link RENEWALS} has one of these. */
const WORDS = /to write mode|detected capacity change|mounted filesystem|Mounting V|BTRFS info/;

/**
 * Lines after which earlier messages about a device tell of the past: a loop device was attached anew, a
 * file system was mounted (a mount that is refused says so in other words), a balance did its work, a
 * thin pool takes writes again, which a pool whose metadata is full does not.
 * Sources: drivers/md/dm-thin.c, drivers/block/loop.c with block/genhd.c, fs/ext4/super.c, fs/xfs/xfs_log.c, fs/btrfs/{disk-io,volumes}.c.
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
  {
    pattern: /device-mapper: thin: (\d{1,4}:\d{1,7}): switching pool to write mode/,
    ends: (event) => POOL_CLOSED.has(event),
    unnamed: true,
  },
];

const POOL_CLOSED: ReadonlySet<KernelEventName> = new Set([
  'thin-pool-metadata-full',
  'thin-pool-needs-check',
  'thin-pool-read-only',
  'thin-pool-failed',
  // said again below, where it now stands
  'thin-pool-write-mode',
]);

/** The device of such a line, and which events it ends. */
export function renewal(line: string): (Pick<Renewal, 'ends' | 'unnamed'> & { device: string }) | undefined {
  if (!WORDS.test(line)) return undefined;
  for (const one of RENEWALS) {
    const device = one.pattern.exec(line)?.[1];
    if (device !== undefined) return { ...one, device };
  }
  return undefined;
}
