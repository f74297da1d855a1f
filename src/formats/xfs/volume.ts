import type { BlockReader } from '../block-reader.ts';
import { checkRange, readBytes } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { asBuffer } from './bytes.ts';
import type { Superblock } from './superblock.ts';

/** What every structure is read against. */
export interface Volume {
  reader: BlockReader;
  sb: Superblock;
  /** where the realtime device begins in `reader`; undefined: it was not given */
  realtimeAt: number | undefined;
  /** changes of the log that belong to no block: see replay */
  pending: Pending;
}

/** What log recovery leaves to be applied as files are read. */
export interface Pending {
  /** mappings that the log promised and nobody finished, by inode, in the order of the log */
  maps: Map<number, PendingMap[]>;
  /** inodes whose btree blocks still carry the inode they were swapped from */
  anyOwner: Set<number>;
}

/** xfs_map_extent: blocks of the file from `start` are to lie at `block`, or nowhere. */
export interface PendingMap {
  start: number;
  count: number;
  /** undefined: unmapped */
  block: number | undefined;
  unwritten: boolean;
}

/** Number of blocks in group `ag`: the last one is shorter. */
export function agLength(sb: Superblock, ag: number): number {
  return ag === sb.agCount - 1 ? sb.blocks - ag * sb.agBlocks : sb.agBlocks;
}

/** Byte of file system block `fsb`; undefined unless `count` blocks from there lie inside one group. */
export function blockPosition(sb: Superblock, fsb: number, count: number): number | undefined {
  const scale = 2 ** sb.agBlockLog;
  const ag = Math.floor(fsb / scale);
  if (!Number.isSafeInteger(fsb) || ag >= sb.agCount) return undefined;
  const block = fsb - ag * scale;
  return block + count <= agLength(sb, ag) ? (ag * sb.agBlocks + block) * sb.blockSize : undefined;
}

/** Byte of an inode by its number; undefined where no inode can be. */
export function inodePosition(sb: Superblock, inode: number): number | undefined {
  if (!Number.isSafeInteger(inode) || inode <= 0) return undefined;
  const perBlock = 2 ** sb.inodesPerBlockLog;
  const fsb = Math.floor(inode / perBlock);
  const block = blockPosition(sb, fsb, 1);
  return block === undefined || block === 0 ? undefined : block + (inode % perBlock) * sb.inodeSize;
}

/**
 * `count` blocks from `fsb`.
 * @throws FormatError where they are not inside a group or the source
 */
export function readBlocks(
  volume: Volume,
  fsb: number,
  count: number,
  what: string,
): { bytes: Buffer; position: number } {
  const position = blockPosition(volume.sb, fsb, count);
  if (position === undefined)
    throw new FormatError('points outside the file system', volume.reader.name, 0, `${what}: block ${fsb}`);
  const length = count * volume.sb.blockSize;
  checkRange(volume.reader, position, length);
  return { bytes: asBuffer(readBytes(volume.reader, position, length)), position };
}
