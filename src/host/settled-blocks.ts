import { deviceNumbers } from './device-of.ts';
import { linkOf, textOf } from './tree-files.ts';

/** Never less: the clock of inodes ticks in steps of up to a second (ext3, inodes of 128 bytes). */
const TICK = 3_000;
const LEAST = 10 * 60_000;
/** files of sysfs say that they are a page long, of up to 64 KiB, whatever is in them */
const PAGE = 65_536;

/**
 * Until when (ms since 1970) what was last changed has its final st_blocks on this device. Data that waits in the
 * page cache gets its blocks later, and XFS takes back what it reserved too much, both without a change of ctime.
 * @param device st_dev; `now` in ms since 1970
 */
export function settledBlocks(device: number, now: number): number {
  if (delayedOnExt4(device) === '0') return now - TICK;
  // vm.rst: data older than the first is written by a thread that wakes up at the second
  const centiseconds =
    seconds('/proc/sys/vm/dirty_expire_centisecs') + seconds('/proc/sys/vm/dirty_writeback_centisecs');
  // admin-guide/xfs.rst, speculative_prealloc_lifetime, seconds
  const xfs = seconds('/proc/sys/fs/xfs/speculative_prealloc_lifetime');
  return now - Math.max(LEAST, 2 * (centiseconds * 10 + xfs * 1000));
}

/** Documentation/ABI/testing/sysfs-fs-ext4: blocks that are dirty in the page cache and have no place yet. */
function delayedOnExt4(device: number): string | undefined {
  const name = linkOf(`/sys/dev/block/${deviceNumbers(device)}`)
    ?.split('/')
    .at(-1);
  return name === undefined ? undefined : textOf(`/sys/fs/ext4/${name}/delayed_allocation_blocks`, PAGE)?.trim();
}

function seconds(path: string): number {
  const value = Number(textOf(path, PAGE) ?? 0);
  return Number.isFinite(value) ? value : 0;
}
