import type { ContentRange } from '../file-tree.ts';
import { mappedRuns } from './block-map.ts';
import { extentRuns, type MappingSource, type Run } from './extents.ts';
import { type Ext4Inode, INODE_FLAG } from './inode.ts';

/** bytes of i_block, and where it stands in an inode */
const MAP = 60;
const MAP_AT = 0x28;

export const inodeMap = (node: Ext4Inode): Buffer => node.raw.subarray(MAP_AT, MAP_AT + MAP);

/** Blocks of a file, of either kind of mapping. */
export function runs(source: MappingSource, node: Ext4Inode): Iterable<Run> {
  if (node.flags & INODE_FLAG.extents) return extentRuns(source, inodeMap(node), undefined, 0, 2 ** 32);
  return mappedRuns(source, inodeMap(node), Math.ceil(node.size / source.blockSize));
}

/** Content kept in the inode itself. */
export interface InlineData {
  /** i_block, then the value of the attribute `system.data` */
  bytes: Buffer;
  /** the attributes could not all be read: what follows is not known */
  broken?: string;
}

/**
 * Content as ranges of bytes, cut at the file's size.
 * @param inline undefined where the content is in blocks
 */
export function* contentRanges(
  source: MappingSource,
  node: Ext4Inode,
  inline: InlineData | undefined,
): Iterable<ContentRange> {
  const { size } = node;
  if (size === 0) return;
  if (node.flags & INODE_FLAG.encrypt && node.kind !== 'directory')
    return yield { kind: 'lost', offset: 0, length: size, what: 'the file is encrypted' };
  if (inline) {
    const bytes = inline.bytes.subarray(0, size);
    yield { kind: 'bytes', offset: 0, length: bytes.length, bytes };
    if (bytes.length < size && inline.broken !== undefined)
      yield { kind: 'lost', offset: bytes.length, length: size - bytes.length, what: inline.broken };
    return;
  }
  let left = source.blocks;
  for (const run of runs(source, node)) {
    const offset = run.logical * source.blockSize;
    if (offset >= size) return;
    const length = Math.min(run.blocks * source.blockSize, size - offset);
    if (run.kind === 'lost') {
      yield { kind: 'lost', offset, length, what: run.what };
      continue;
    }
    // one block cannot stand twice in a file: more than there are is a cycle
    left -= run.blocks;
    if (left < 0)
      return yield { kind: 'lost', offset, length: size - offset, what: 'more blocks than the file system has' };
    yield { kind: 'data', offset, length, position: run.physical * source.blockSize };
  }
}
