/** xfs_btree_block_lhdr: version 4 and 5 */
const HEADER = { 4: 24, 5: 72 } as const;

/**
 * xfs_bmbt_to_bmdr(): the log has the root of an extent tree as memory does, a whole block's
 * header before it, keys and pointers apart by its own length; the inode has four bytes of header
 * and keys and pointers apart by the fork's.
 */
export function rootToDisk(region: Buffer, fork: Buffer, version: 4 | 5): boolean {
  const header = HEADER[version];
  if (region.length < header) return false;
  const count = region.readUInt16BE(6);
  const room = Math.floor((region.length - header) / 16);
  const space = Math.floor((fork.length - 4) / 16);
  if (count > room || count > space) return false;
  region.copy(fork, 0, 4, 8);
  region.copy(fork, 4, header, header + count * 8);
  region.copy(fork, 4 + space * 8, header + room * 8, header + room * 8 + count * 8);
  return true;
}
