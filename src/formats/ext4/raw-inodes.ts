import type { BlockReader } from '../block-reader.ts';
import { crcOfWords } from '../crc32c.ts';
import { Groups } from './groups.ts';
import { INODE_FLAG } from './inode.ts';
import type { Superblock } from './superblock.ts';

/** Bytes: so much is read at once, and what is not wanted is read along rather than asked for anew. */
const WINDOW = 2 ** 18;
const GAP = 8192;

/** Words of 4 bytes in struct ext4_inode, fs/ext4/ext4.h. */
const W = { mode: 0, size: 1, ctime: 3, mtime: 4, links: 6, blocks: 7, flags: 8, map: 10, generation: 25 } as const;
/** S_IFMT, S_IFDIR (inode(7)) */
const TYPE = 0xf000;
const DIRECTORY = 0x4000;
/** eh_magic, and eh_entries 1 */
const ONE_EXTENT = 0x1f30a;
const WIDE = { sizeHigh: 27, blocksHigh: 29, checksum: 31, extra: 32, ctimeExtra: 33, mtimeExtra: 34 } as const;

/** Many inodes in the order in which they lie, as words in one window: nothing is made for each of them. */
export class RawInodes {
  readonly #reader: BlockReader;
  readonly #superblock: Superblock;
  readonly #groups: Groups;
  readonly #bytes = new Uint8Array(WINDOW);
  readonly #words = new Int32Array(this.#bytes.buffer);
  readonly #seedWords = new Int32Array(2);

  constructor(reader: BlockReader, superblock: Superblock) {
    this.#reader = reader;
    this.#superblock = superblock;
    this.#groups = new Groups(reader, superblock);
  }

  /**
   * @param inodes ascending
   * @param visit told the word at which `inodes[index]` begins, -1 where there is no such inode; false ends it
   * @returns whether all were visited
   */
  each(inodes: Float64Array, visit: (at: number, index: number) => boolean): boolean {
    const { inodeSize } = this.#superblock;
    const places = inodes.map((inode) => this.#placeOf(inode));
    for (let i = 0; i < places.length; ) {
      const start = places[i] as number;
      let end = start + inodeSize;
      let next = i + 1;
      for (; start >= 0 && next < places.length; next++) {
        const place = places[next] as number;
        if (place < start || place > end + GAP || place + inodeSize > start + WINDOW) break;
        end = Math.max(end, place + inodeSize);
      }
      if (start >= 0) this.#reader.readInto(this.#bytes.subarray(0, end - start), start);
      for (; i < next; i++) if (!visit(start < 0 ? -1 : ((places[i] as number) - start) / 4, i)) return false;
    }
    return true;
  }

  /** A copy of the inode at a word. */
  copy(at: number): Buffer {
    return Buffer.from(this.#bytes.subarray(at * 4, at * 4 + this.#superblock.inodeSize));
  }

  isInUse(at: number): boolean {
    return (this.#word(at + W.mode) & TYPE) !== 0 && this.nlink(at) > 0;
  }

  /**
   * Whether what is read here is what stat(2) says: not where both words of nanoseconds are missing from an inode that has
   * room for them, blocks are counted in other units or made up by stat (EXT4_HUGE_FILE_FL, EXT4_INLINE_DATA_FL).
   */
  isPlain(at: number): boolean {
    if (this.#word(at + W.flags) & 0x10040000) return false;
    return !this.#wide || (this.#word(at + WIDE.extra) & 0xffff) >= 12;
  }

  isDirectory(at: number): boolean {
    return (this.#word(at + W.mode) & TYPE) === DIRECTORY;
  }

  nlink(at: number): number {
    return this.#word(at + W.links) >>> 16;
  }

  /** bytes */
  size(at: number): number {
    return (this.#word(at + W.size) >>> 0) + (this.#word(at + WIDE.sizeHigh) >>> 0) * 2 ** 32;
  }

  /** of 512 bytes */
  blocks(at: number): number {
    return (this.#word(at + W.blocks) >>> 0) + (this.#word(at + WIDE.blocksHigh) & 0xffff) * 2 ** 32;
  }

  /** ms since 1970, as Node's ctimeMs */
  ctime(at: number): number {
    return milliseconds(this.#word(at + W.ctime), this.#wide ? this.#word(at + WIDE.ctimeExtra) : 0);
  }

  mtime(at: number): number {
    return milliseconds(this.#word(at + W.mtime), this.#wide ? this.#word(at + WIDE.mtimeExtra) : 0);
  }

  /** ext4_inode_csum(), fs/ext4/inode.c, of an inode that `isPlain`; true without metadata_csum. */
  isGood(at: number, inode: number): boolean {
    const { inodeSize } = this.#superblock;
    const seed = this.seed(at, inode);
    if (seed === undefined) return true;
    const words = this.#words;
    const low = words[at + WIDE.checksum] as number;
    words[at + WIDE.checksum] = low & 0xffff0000;
    const wide = this.#wide;
    const high = wide ? (words[at + WIDE.extra] as number) : 0;
    if (wide) words[at + WIDE.extra] = high & 0xffff;
    const sum = crcOfWords(words, at, at + inodeSize / 4, seed);
    words[at + WIDE.checksum] = low;
    if (wide) words[at + WIDE.extra] = high;
    return wide ? sum === ((low & 0xffff) | (high & 0xffff0000)) : (sum & 0xffff) === (low & 0xffff);
  }

  /** Register (signed) that checksums of its blocks start from, inodeSeed(); undefined without metadata_csum. */
  seed(at: number, inode: number): number | undefined {
    const { seed } = this.#superblock;
    if (seed === undefined) return undefined;
    this.#seedWords[0] = inode;
    this.#seedWords[1] = this.#word(at + W.generation);
    return crcOfWords(this.#seedWords, 0, 2, seed | 0);
  }

  flags(at: number): number {
    return this.#word(at + W.flags);
  }

  /** The block at which its only extent begins, where that is all of the file (ext4_extents.h); else -1. */
  onlyExtent(at: number): number {
    const map = at + W.map;
    const { blockSize, blocks } = this.#superblock;
    if (!(this.flags(at) & INODE_FLAG.extents) || this.#word(map) !== ONE_EXTENT) return -1;
    // depth, first logical block, length and upper half of the physical one
    const length = this.#word(map + 4) & 0xffff;
    if (this.#word(map + 1) >>> 16 !== 0 || this.#word(map + 3) !== 0 || length > 32_768) return -1;
    const physical = (this.#word(map + 5) >>> 0) + (this.#word(map + 4) >>> 16) * 2 ** 32;
    const whole = length * blockSize === this.size(at) && physical > 0 && physical + length <= blocks;
    return whole ? physical : -1;
  }

  get #wide(): boolean {
    return this.#superblock.inodeSize > 128;
  }

  #word(index: number): number {
    return this.#words[index] as number;
  }

  /** Byte on the device; -1 where there is no such inode. */
  #placeOf(inode: number): number {
    const { inodes, inodesPerGroup, inodeSize, blockSize } = this.#superblock;
    if (!Number.isInteger(inode) || inode < 1 || inode > inodes) return -1;
    const { inodeTable } = this.#groups.get(Math.floor((inode - 1) / inodesPerGroup));
    return inodeTable === 0 ? -1 : inodeTable * blockSize + ((inode - 1) % inodesPerGroup) * inodeSize;
  }
}

/** Low two bits of the extra word go on top of the signed seconds, the rest are nanoseconds. */
function milliseconds(seconds: number, extra: number): number {
  return (seconds + (extra & 3) * 2 ** 32) * 1000 + (extra >>> 2) / 1e6;
}
