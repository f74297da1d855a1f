import { Groups } from '../formats/ext4/groups.ts';
import { readSuperblock, type Superblock } from '../formats/ext4/superblock.ts';
import type { BlockFile } from '../host/block-file.ts';
import { deviceNumbers, openDeviceOf } from '../host/device-of.ts';
import { PROOF_COLUMNS, rowsOf } from '../host/known-trees.ts';
import type { InodeLook } from '../host/scan-types.ts';
import { readMounts } from './mounts.ts';

/** Bytes: so much is read at once, and what is not wanted is read along rather than asked for anew. */
const WINDOW = 2 ** 18;
const GAP = 8192;
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Looks at inodes of a mounted ext4 where they lie on its device, in the order in which they lie there. ext4 writes
 * each change of an inode into the page cache of its device before the call that makes it returns
 * (ext4_mark_inode_dirty(), fs/ext4/inode.c), so that who reads the device sees what lstat(2) says. Two things are
 * excepted: times alone under `lazytime`, where nothing is looked at in this way, and blocks that have
 * no place yet, which then differ.
 * @param device st_dev
 * @returns undefined where it is not mounted as ext4 here, or may not be read
 */
export function ext4Inodes(device: number): InodeLook | undefined {
  const numbers = deviceNumbers(device);
  const mounts = readMounts().filter((mount) => mount.device === numbers);
  if (!LITTLE_ENDIAN || mounts.length === 0) return undefined;
  if (mounts.some(({ type, options }) => type !== 'ext4' || options.split(',').includes('lazytime'))) return undefined;
  const file = openDeviceOf(device);
  if (!file) return undefined;
  try {
    const { superblock } = readSuperblock(file);
    const table = new Table(file, superblock);
    return {
      unchanged(proof, root) {
        try {
          return table.holds(rowsOf(proof), root);
        } catch {
          // the device cannot be read there, or is not what it seemed: paths are looked at
          return false;
        }
      },
      close: () => file.close(),
    };
  } catch {
    file.close();
    return undefined;
  }
}

class Table {
  private readonly groups: Groups;
  private readonly bytes = new Uint8Array(WINDOW);
  private readonly words = new Int32Array(this.bytes.buffer);

  constructor(
    private readonly file: BlockFile,
    private readonly superblock: Superblock,
  ) {
    this.groups = new Groups(file, superblock);
  }

  /** Whether these rows (known-trees.ts, by inode) are as they were, the inode `root` among them. */
  holds(rows: Float64Array, root: number): boolean {
    const { inodeSize } = this.superblock;
    const places = new Float64Array(rows.length / PROOF_COLUMNS);
    let named = false;
    for (let i = 0; i < places.length; i++) {
      const inode = rows[i * PROOF_COLUMNS] as number;
      named ||= inode === root;
      places[i] = this.placeOf(inode);
      if ((places[i] as number) < 0) return false;
    }
    for (let i = 0; i < places.length; ) {
      const start = places[i] as number;
      let end = start + inodeSize;
      let next = i + 1;
      for (; next < places.length; next++) {
        const place = places[next] as number;
        if (place < start || place > end + GAP || place + inodeSize > start + WINDOW) break;
        end = Math.max(end, place + inodeSize);
      }
      this.file.readInto(this.bytes.subarray(0, end - start), start);
      for (; i < next; i++)
        if (!this.isSame(((places[i] as number) - start) / 4, rows, i * PROOF_COLUMNS)) return false;
    }
    return named;
  }

  /** Byte on the device; -1 where there is no such inode. */
  private placeOf(inode: number): number {
    const { inodes, inodesPerGroup, inodeSize, blockSize } = this.superblock;
    if (!Number.isInteger(inode) || inode < 1 || inode > inodes) return -1;
    const { inodeTable } = this.groups.get(Math.floor((inode - 1) / inodesPerGroup));
    return inodeTable === 0 ? -1 : inodeTable * blockSize + ((inode - 1) % inodesPerGroup) * inodeSize;
  }

  /** struct ext4_inode (fs/ext4/ext4.h) in words of 4 bytes, from word `at`, against a row. */
  private isSame(at: number, rows: Float64Array, row: number): boolean {
    const { words } = this;
    const word = (index: number): number => words[at + index] as number;
    const inUse = (word(0) & 0xf000) !== 0 && word(6) >>> 16 > 0;
    if (!inUse || word(8) & COUNTED_OTHERWISE) return false;
    const wide = this.superblock.inodeSize > 128;
    // i_extra_isize: both words of nanoseconds are there
    if (wide && (word(32) & 0xffff) < 12) return false;
    const size = (word(1) >>> 0) + (word(27) >>> 0) * 2 ** 32;
    const blocks = (word(7) >>> 0) + (word(29) & 0xffff) * 2 ** 32;
    return (
      milliseconds(word(3), wide ? word(33) : 0) === rows[row + 2] &&
      milliseconds(word(4), wide ? word(34) : 0) === rows[row + 1] &&
      blocks === rows[row + 3] &&
      size === rows[row + 4]
    );
  }
}

/** i_flags: EXT4_HUGE_FILE_FL (blocks in other units), EXT4_INLINE_DATA_FL (blocks that stat makes up) */
const COUNTED_OTHERWISE = 0x40000 | 0x10000000;

/** Low two bits of the extra word go on top of the signed seconds, the rest are nanoseconds; as Node's mtimeMs. */
function milliseconds(seconds: number, extra: number): number {
  return (seconds + (extra & 3) * 2 ** 32) * 1000 + (extra >>> 2) / 1e6;
}
