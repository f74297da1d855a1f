import { u64 } from './bytes.ts';
import { HEADERS, headerFault } from './metadata-header.ts';
import type { Volume } from './volume.ts';

/** fs/xfs/libxfs/xfs_da_format.h: block form, data block; version 4 and 5 */
const MAGICS = { 4: { block: 0x58443242, data: 0x58443244 }, 5: { block: 0x58444233, data: 0x58444433 } } as const;
const UNUSED = 0xffff;

/** What is wrong with a directory's block as a whole. */
export function directoryBlockFault(
  volume: Volume,
  bytes: Buffer,
  position: number,
  owner: number,
): string | undefined {
  const { sb } = volume;
  const magic = bytes.readUInt32BE(0);
  if (magic !== MAGICS[sb.version].block && magic !== MAGICS[sb.version].data) return 'no block of a directory';
  return sb.version === 5 ? headerFault(bytes, HEADERS.directory, sb.metaUuid, position, owner) : undefined;
}

/** Names (copies) in a directory's block, in either form. A string says why its rest cannot be read. */
export function blockEntries(volume: Volume, bytes: Buffer): ({ name: Buffer; inode: number } | string)[] {
  const found: ({ name: Buffer; inode: number } | string)[] = [];
  const { sb } = volume;
  const kindBytes = sb.ftype ? 1 : 0;
  let end = bytes.length;
  if (bytes.readUInt32BE(0) === MAGICS[sb.version].block) {
    // xfs_dir2_block_tail: the leaf's entries stand before it
    end -= 8 + bytes.readUInt32BE(bytes.length - 8) * 8;
  }
  let at: number = sb.version === 5 ? HEADERS.directory.size : 16;
  if (end < at) {
    return ['block has no room for its entries'];
  }
  while (at < end) {
    if (end - at < 8) break;
    if (bytes.readUInt16BE(at) === UNUSED) {
      const length = bytes.readUInt16BE(at + 2);
      // a whole free block of 64 KiB has no room for its length in 16 bits, and is never left
      if (length < 8 || length % 8 !== 0 || at + length > end || bytes.readUInt16BE(at + length - 2) !== at) break;
      at += length;
      continue;
    }
    const nameLength = bytes[at + 8] as number;
    const length = Math.ceil((11 + nameLength + kindBytes) / 8) * 8;
    if (nameLength === 0 || at + length > end || bytes.readUInt16BE(at + length - 2) !== at) break;
    const name = Buffer.allocUnsafe(nameLength);
    bytes.copy(name, 0, at + 9, at + 9 + nameLength);
    found.push({ name, inode: u64(bytes, at) });
    at += length;
  }
  if (at !== end) found.push(`entry at ${at} of the block is impossible`);
  return found;
}
