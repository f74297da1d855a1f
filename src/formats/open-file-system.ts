import { type BlockReader, readBytes } from './block-reader.ts';
import { looksLikeExt4, openExt4 } from './ext4/open.ts';
import type { FileTree } from './file-tree.ts';
import { FormatError } from './format-error.ts';
import { openXfs } from './xfs/open.ts';

/** What a block device begins as. */
export type Signature = 'ext4' | 'xfs' | 'btrfs' | 'lvm2' | 'luks' | 'swap' | 'partitions';

/** The magic numbers that libblkid goes by too; undefined where none stands. */
export function signatureOf(reader: BlockReader): Signature | undefined {
  const text = (offset: number, length: number): string =>
    offset + length <= reader.size ? Buffer.from(readBytes(reader, offset, length)).toString('latin1') : '';
  if (text(0, 4) === 'XFSB') return 'xfs';
  if (looksLikeExt4(reader)) return 'ext4';
  if (text(0x10040, 8) === '_BHRfS_M') return 'btrfs';
  // the label of a physical volume stands in one of the first four sectors
  if ([0, 512, 1024, 1536].some((at) => text(at, 8) === 'LABELONE' && text(at + 24, 8) === 'LVM2 001')) return 'lvm2';
  if (text(0, 6) === 'LUKS\xba\xbe') return 'luks';
  if (text(4086, 10) === 'SWAPSPACE2') return 'swap';
  if (text(510, 2) === '\x55\xaa') return 'partitions';
  return undefined;
}

/**
 * The file system in a source, ext2/3/4 or xfs. Where the first superblock is gone, copies are
 * looked for.
 * @throws FormatError where there is none that can be read; it says what is there instead
 */
export function openFileSystem(reader: BlockReader): FileTree {
  const signature = signatureOf(reader);
  if (signature === 'xfs') return openXfs(reader);
  if (signature === 'ext4') return openExt4(reader);
  if (signature !== undefined && signature !== 'partitions')
    throw new FormatError(`${signature} is not a file system that can be read here`, reader.name, 0);
  for (const open of [openExt4, openXfs]) {
    try {
      return open(reader);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  throw new FormatError('no ext4 or xfs file system', reader.name, 0);
}
