import type { BlockReader } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { Groups } from './groups.ts';
import { type Ext4Inode, unpackInode } from './inode.ts';
import type { Superblock } from './superblock.ts';

/** bytes read at once, and how many such pieces are kept: 16 MiB */
const PIECE = 64 * 1024;
const KEPT = 256;

/** Inodes by number. */
export class InodeTable {
  readonly #reader: BlockReader;
  readonly #superblock: Superblock;
  readonly #pieces = new Map<number, Buffer>();
  readonly groups: Groups;

  constructor(reader: BlockReader, superblock: Superblock) {
    this.#reader = reader;
    this.#superblock = superblock;
    this.groups = new Groups(reader, superblock);
  }

  /** @throws FormatError where there is none of that number, it is not in use, or cannot be read */
  get(inode: number): Ext4Inode {
    const { inodes, inodesPerGroup, inodeSize, blockSize, seed } = this.#superblock;
    if (!Number.isInteger(inode) || inode < 1 || inode > inodes)
      throw new FormatError('no such inode', this.#reader.name, 0, `inode ${inode} of ${inodes}`);
    const group = Math.floor((inode - 1) / inodesPerGroup);
    const { inodeTable } = this.groups.get(group);
    if (inodeTable === 0)
      throw new FormatError(
        'inode of a group without a descriptor',
        this.#reader.name,
        0,
        `inode ${inode}, group ${group}`,
      );
    const at = inodeTable * blockSize + ((inode - 1) % inodesPerGroup) * inodeSize;
    const raw = this.#bytes(at, inodeSize);
    const node = unpackInode(raw, inode, seed);
    if (!node || (node.nlink === 0 && inode >= 11))
      throw new FormatError('inode is not in use', this.#reader.name, at, `inode ${inode}`);
    // no file is larger than 2^32 of its blocks (the kernel's s_maxbytes)
    if (node.size > 2 ** 32 * blockSize)
      throw new FormatError('size out of range', this.#reader.name, at, `inode ${inode}, ${node.size} bytes`);
    return node;
  }

  /** inodes never straddle pieces: both are powers of two, and tables begin at a block */
  #bytes(at: number, length: number): Buffer {
    const start = Math.floor(at / PIECE) * PIECE;
    let piece = this.#pieces.get(start);
    if (!piece) {
      piece = Buffer.allocUnsafeSlow(Math.min(PIECE, this.#reader.size - start));
      this.#reader.readInto(piece, start);
      if (this.#pieces.size >= KEPT) this.#pieces.delete(this.#pieces.keys().next().value as number);
      this.#pieces.set(start, piece);
    }
    if (at - start + length > piece.length)
      throw new FormatError('the source ends before', this.#reader.name, at, 'in an inode');
    return piece.subarray(at - start, at - start + length);
  }
}
