import { inodeCoreSize } from '../inode.ts';

/** Widths of xfs_log_dinode's fields from its start, in order; 1 is copied as it is. */
const COMMON: readonly (readonly [at: number, width: 1 | 2 | 4 | 8])[] = [
  [0, 2],
  [2, 2],
  [4, 1],
  [5, 1],
  [6, 2],
  [8, 4],
  [12, 4],
  [16, 4],
  [20, 2],
  [22, 2],
  [56, 8],
  [64, 8],
  [72, 4],
  [82, 1],
  [83, 1],
  [84, 4],
  [88, 2],
  [90, 2],
  [92, 4],
];
const VERSION_3: readonly (readonly [at: number, width: 1 | 2 | 4 | 8])[] = [
  [104, 8],
  [112, 8],
  [120, 8],
  [128, 4],
  [152, 8],
];
const FLAG2_BIGTIME = 1n << 3n;
const FLAG2_NREXT64 = 1n << 4n;
const TIMES = [32, 40, 48] as const;
const CREATED = 144;

/**
 * xfs_log_dinode_to_disk(): the log has the inode's fields in the order of the machine, the disk
 * big-endian, in the same places. The link to the next unlinked inode is kept as it is there.
 */
export function inodeCoreToDisk(core: Buffer, disk: Buffer): void {
  const version = core[4] as number;
  const third = version >= 3 && core.length >= inodeCoreSize(3);
  const flags2 = third ? core.readBigUInt64LE(120) : 0n;
  for (const [at, width] of third ? [...COMMON, ...VERSION_3] : COMMON) swap(core, disk, at, width);
  for (const at of third ? [...TIMES, CREATED] : TIMES) {
    if (flags2 & FLAG2_BIGTIME) swap(core, disk, at, 8);
    else {
      swap(core, disk, at, 4);
      swap(core, disk, at + 4, 4);
    }
  }
  if (flags2 & FLAG2_NREXT64) {
    swap(core, disk, 24, 8);
    swap(core, disk, 76, 4);
    swap(core, disk, 80, 2);
  } else {
    // xfs_log_dinode: padding and, in version 2, how often the inode was flushed
    disk.fill(0, 24, 32);
    swap(core, disk, 76, 4);
    swap(core, disk, 80, 2);
  }
  if (third) core.copy(disk, 160, 160, 176);
}

function swap(from: Buffer, to: Buffer, at: number, width: number): void {
  for (let i = 0; i < width; i++) to[at + i] = from[at + width - 1 - i] as number;
}
