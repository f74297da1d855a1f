import type { BlockReader } from '../formats/block-reader.ts';
import { crcOfTwo } from '../formats/crc32c.ts';
import { runs } from '../formats/ext4/content.ts';
import { directoryBlockIsGood } from '../formats/ext4/directory.ts';
import { INODE_FLAG, unpackInode } from '../formats/ext4/inode.ts';
import type { RawInodes } from '../formats/ext4/raw-inodes.ts';
import type { Superblock } from '../formats/ext4/superblock.ts';
import type { Directory } from '../host/scan-answer.ts';

/** Bytes of directories that are read together, and of what lies between them and is read along. */
const ROOM = 6 * 2 ** 20;
const SPARE = 2 * 2 ** 20;
const GAP = 16_384;
/** the shortest record, of a name of one to four bytes */
const RECORD = 12;
/** struct ext4_dir_entry_tail: words of length and type, and of all of it */
const TAIL = -0x22000000 | 12;
const TAIL_WORDS = 3;

/** A directory whose names were read, what its inode said then, and sums of what it holds, bytes and blocks of 512. */
export interface ReadDirectory {
  directory: Directory;
  ctime: number;
  mtime: number;
  ownBlocks: number;
  size: number;
  /** register that checksums of its blocks start from (signed) */
  seed: number | undefined;
  indexed: boolean;
  /** something in it has to be seen by path, and so has all that it holds */
  byPath: boolean;
  apparent: number;
  blocks: number;
  files: number;
  folders: number;
  newest: number;
}

/** Blocks of a directory on the device; `place` in the batch. */
interface Piece {
  place: number;
  physical: number;
  blocks: number;
}

/** Names and inodes of many directories of an ext4, read together in the order of their blocks. */
export class DirectoryReader {
  readonly #room = Buffer.allocUnsafeSlow(ROOM + SPARE);
  readonly #words = new Int32Array(this.#room.buffer);
  /** inode numbers as they are found */
  readonly inodes = new Float64Array(Math.ceil((ROOM + SPARE) / RECORD));
  /** of each, the record in the room and the place of its directory in the batch */
  readonly records = new Int32Array(this.inodes.length);
  readonly owners = new Int32Array(this.inodes.length);
  found = 0;

  constructor(
    private readonly reader: BlockReader,
    private readonly superblock: Superblock,
    private readonly raw: RawInodes,
    private readonly settled: number,
  ) {}

  /**
   * Reads as many as there is room for.
   * @param some by inode, ascending
   * @returns those that were read, those that cannot be read here, and those for which there was no room
   */
  read(some: readonly Directory[]): { batch: ReadDirectory[]; rest: Directory[]; later: Directory[] } {
    const batch: ReadDirectory[] = [];
    const rest: Directory[] = [];
    const later: Directory[] = [];
    const pieces: Piece[] = [];
    const most = Math.floor(ROOM / this.superblock.blockSize);
    let left = most;
    this.raw.each(
      Float64Array.from(some, ([, , inode]) => inode),
      (at, index) => {
        const directory = some[index] as Directory;
        const own = at >= 0 && this.#isReadable(at, directory[2]) ? this.#pieces(at, batch.length) : undefined;
        const total = own?.reduce((sum, { blocks }) => sum + blocks, 0) ?? 0;
        if (!own || total > most) rest.push(directory);
        else if (total > left) later.push(directory);
        else {
          left -= total;
          for (const piece of own) pieces.push(piece);
          batch.push(this.#directory(directory, at));
        }
        return true;
      },
    );
    this.#readPieces(pieces, batch);
    return { batch, rest, later };
  }

  /** A name that is no UTF-8 as its bytes. */
  name(record: number): string | Buffer {
    const from = record + 8;
    const to = from + (this.#room[record + 6] as number);
    const text = this.#room.toString('utf8', from, to);
    return text.includes('\ufffd') ? Buffer.from(this.#room.subarray(from, to)) : text;
  }

  #isReadable(at: number, inode: number): boolean {
    const { raw, settled } = this;
    if (!raw.isInUse(at) || !raw.isPlain(at) || !raw.isDirectory(at) || !raw.isGood(at, inode)) return false;
    return raw.ctime(at) < settled && raw.mtime(at) < settled && !(raw.flags(at) & INODE_FLAG.encrypt);
  }

  #directory(directory: Directory, at: number): ReadDirectory {
    const { raw } = this;
    return {
      directory,
      ctime: raw.ctime(at),
      mtime: raw.mtime(at),
      ownBlocks: raw.blocks(at),
      size: raw.size(at),
      seed: raw.seed(at, directory[2]),
      indexed: (raw.flags(at) & INODE_FLAG.index) !== 0,
      byPath: false,
      apparent: 0,
      blocks: 0,
      files: 0,
      folders: 0,
      newest: 0,
    };
  }

  /** Where its blocks are; a directory has no holes: where some are missing the kernel is to see it. */
  #pieces(at: number, place: number): Piece[] | undefined {
    const { blocks, blockSize } = this.superblock;
    const size = this.raw.size(at);
    const only = this.raw.onlyExtent(at);
    if (only > 0) return [{ place, physical: only, blocks: size / blockSize }];
    const node = unpackInode(this.raw.copy(at), 0, undefined);
    if (!node) return undefined;
    const readBlock = (block: number): Buffer => {
      const bytes = Buffer.allocUnsafe(blockSize);
      this.reader.readInto(bytes, block * blockSize);
      return bytes;
    };
    const pieces: Piece[] = [];
    let total = 0;
    for (const run of runs({ blocks, blockSize, seed: undefined, readBlock }, node)) {
      if (run.kind === 'lost') return undefined;
      pieces.push({ place, physical: run.physical, blocks: run.blocks });
      total += run.blocks;
    }
    return total * blockSize === size ? pieces : undefined;
  }

  #readPieces(pieces: Piece[], batch: readonly ReadDirectory[]): void {
    const { blockSize } = this.superblock;
    pieces.sort((a, b) => a.physical - b.physical);
    const blocks: number[] = [];
    let used = 0;
    let spare = SPARE;
    for (let i = 0; i < pieces.length; ) {
      const first = (pieces[i] as Piece).physical;
      let end = first;
      let next = i;
      for (; next < pieces.length; next++) {
        const { physical, blocks } = pieces[next] as Piece;
        const gap = (physical - end) * blockSize;
        // below 0 where two claim the same block: each is read
        if (gap < 0 || gap > GAP || gap > spare) break;
        spare -= gap;
        end = physical + blocks;
      }
      const length = (end - first) * blockSize;
      this.reader.readInto(this.#room.subarray(used, used + length), first * blockSize);
      for (; i < next; i++) {
        const { place, physical, blocks: count } = pieces[i] as Piece;
        for (let block = 0; block < count; block++) blocks.push(used + (physical - first + block) * blockSize, place);
      }
      used += length;
    }
    this.#checkAll(blocks, batch);
    this.found = 0;
    for (let i = 0; i < blocks.length; i += 2) {
      const place = blocks[i + 1] as number;
      const owner = batch[place] as ReadDirectory;
      if (!owner.byPath && !this.#readRecords(blocks[i] as number, place)) owner.byPath = true;
    }
  }

  /** Checksums of blocks, two at a time. @param blocks bytes in the room and places, in turn */
  #checkAll(blocks: readonly number[], batch: readonly ReadDirectory[]): void {
    const words = this.superblock.blockSize / 4 - TAIL_WORDS;
    const sums = new Int32Array(2);
    const owner = (at: number): ReadDirectory => batch[blocks[at + 1] as number] as ReadDirectory;
    for (let i = 0; i < blocks.length; i += 4) {
      // the last of an odd number is its own second
      const j = i + 2 < blocks.length ? i + 2 : i;
      const [a, b] = [owner(i), owner(j)];
      if (a.seed === undefined || b.seed === undefined) return;
      const [first, second] = [(blocks[i] as number) / 4, (blocks[j] as number) / 4];
      crcOfTwo(this.#words, first, second, words, sums, [a.seed, b.seed]);
      if (!this.#isGood(first, words, sums[0] as number, a)) a.byPath = true;
      if (!this.#isGood(second, words, sums[1] as number, b)) b.byPath = true;
    }
  }

  #isGood(first: number, words: number, sum: number, { seed = 0, indexed }: ReadDirectory): boolean {
    const tail = first + words;
    if (this.#words[tail] === 0 && this.#words[tail + 1] === TAIL && this.#words[tail + 2] === sum) return true;
    const from = first * 4;
    return directoryBlockIsGood(this.#room.subarray(from, from + this.superblock.blockSize), seed >>> 0, indexed);
  }

  /** struct ext4_dir_entry_2, fs/ext4/ext4.h, of one block; index blocks look like one free record. */
  #readRecords(from: number, place: number): boolean {
    const b = this.#room;
    const { blockSize, inodes } = this.superblock;
    const to = from + blockSize;
    for (let at = from; at < to; ) {
      const length = (b[at + 4] as number) | ((b[at + 5] as number) << 8);
      const inode = (this.#words[at / 4] as number) >>> 0;
      const named = b[at + 6] as number;
      if (length < RECORD || length % 4 || at + length > to || named + 8 > length || inode > inodes) return false;
      const dots = b[at + 8] === 0x2e && (named === 1 || (named === 2 && b[at + 9] === 0x2e));
      if (inode !== 0 && named > 0 && !dots) {
        this.inodes[this.found] = inode;
        this.records[this.found] = at;
        this.owners[this.found++] = place;
      }
      at += length;
    }
    return true;
  }
}
