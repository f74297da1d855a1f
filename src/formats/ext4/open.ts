import { type BlockReader, readBytes } from '../block-reader.ts';
import type { FileTree } from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { recover } from './recover.ts';
import { readSuperblock, uuidText } from './superblock.ts';
import { Ext4Tree } from './tree.ts';

/** Whether a superblock of ext2, ext3 or ext4 stands where it should. Reads 2 bytes. */
export function looksLikeExt4(reader: BlockReader): boolean {
  return reader.size >= 2048 && Buffer.from(readBytes(reader, 1024 + 0x38, 2)).readUInt16LE(0) === 0xef53;
}

/**
 * An ext2, ext3 or ext4 file system in `source`, read with its journal replayed into memory where
 * it was not unmounted.
 * @throws FormatError where there is no superblock to go by, or it has features that change the
 *   layout in ways not known here
 */
export function openExt4(source: BlockReader): FileTree {
  const first = readSuperblock(source);
  const { reader, log, notes } = recover(source, first.superblock);
  // the journal may hold a newer superblock
  const { superblock } = reader === source ? first : readSuperblock(reader);
  const said = [...first.notes, ...notes];
  if (superblock.blocks * superblock.blockSize > source.size)
    said.push(
      `The file system has ${superblock.blocks * superblock.blockSize} bytes, the source only ${source.size}: what lies beyond is lost.`,
    );
  if (superblock.state.errors)
    said.push(
      'The kernel had marked errors in this file system: what e2fsck would have moved or mended is shown as it stands.',
    );
  const tree = new Ext4Tree(reader, superblock, {
    features: superblock.features,
    label: superblock.label,
    uuid: uuidText(superblock.uuid),
    state: { clean: !first.superblock.state.needsRecovery && superblock.state.clean, log, notes: said },
  });
  try {
    if (tree.node(tree.root).kind !== 'directory')
      tree.state.notes.push('The root inode is no directory: nothing can be reached by name.');
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    tree.state.notes.push(`The root directory cannot be read: ${error.message}`);
  }
  return tree;
}
