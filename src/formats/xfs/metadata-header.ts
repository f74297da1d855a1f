import { crc32c } from '../crc32c.ts';
import { u64 } from './bytes.ts';

/** Where a self-describing block keeps its checksum and who it is. */
export interface HeaderLayout {
  crc: number;
  blkno: number;
  lsn: number;
  uuid: number;
  owner: number;
  /** bytes of the whole header */
  size: number;
}

/** Offsets of fs/xfs/libxfs/xfs_da_format.h and xfs_format.h, version 5. */
export const HEADERS = {
  /** xfs_dir3_blk_hdr: directory data and block form */
  directory: { crc: 4, blkno: 8, lsn: 16, uuid: 24, owner: 40, size: 64 },
  /** xfs_da3_blkinfo: attribute leaves, nodes of both trees, directory leaves */
  da: { crc: 12, blkno: 16, lsn: 24, uuid: 32, owner: 48, size: 56 },
  /** xfs_dsymlink_hdr and xfs_attr3_rmt_hdr */
  remote: { crc: 12, blkno: 40, lsn: 48, uuid: 16, owner: 32, size: 56 },
  /** xfs_btree_block_lhdr */
  bmap: { crc: 64, blkno: 24, lsn: 32, uuid: 40, owner: 56, size: 72 },
} as const satisfies Record<string, HeaderLayout>;

/** The one fault of a block that otherwise is the one that was looked for. */
export const BAD_CHECKSUM = 'checksum does not match';

const ZEROS = new Uint8Array(4);

/** The checksum `bytes` should carry in the four bytes at `crc`. */
export function checksumOf(bytes: Uint8Array, crc: number): number {
  const before = crc32c(bytes, 0, crc);
  return ~crc32c(bytes, crc + 4, bytes.length, crc32c(ZEROS, 0, 4, before)) >>> 0;
}

export function checksumMatches(bytes: Buffer, crc: number): boolean {
  return bytes.readUInt32LE(crc) === checksumOf(bytes, crc);
}

/**
 * What is wrong with a version 5 block: undefined when checksum, file system, place and owner are right.
 * @param place byte of the block from the start of the data device
 * @param owner inode; undefined where any will do
 */
export function headerFault(
  bytes: Buffer,
  layout: HeaderLayout,
  uuid: Buffer,
  place: number,
  owner: number | undefined,
): string | undefined {
  if (uuid.compare(bytes, layout.uuid, layout.uuid + 16) !== 0) return 'belongs to another file system';
  // above 2^53 it is rounded, and still nowhere that is looked for
  if (u64(bytes, layout.blkno) !== place / 512) return 'belongs elsewhere on the device';
  if (owner !== undefined && u64(bytes, layout.owner) !== owner) return 'belongs to another inode';
  return checksumMatches(bytes, layout.crc) ? undefined : BAD_CHECKSUM;
}
