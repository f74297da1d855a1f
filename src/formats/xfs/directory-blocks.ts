import { FormatError } from '../format-error.ts';
import { directoryBlockFault } from './directory-block.ts';
import { forkMappings } from './fork.ts';
import type { Inode } from './inode.ts';
import { BlockAssembler, type MappedBlock } from './mapped-blocks.ts';
import { BAD_CHECKSUM } from './metadata-header.ts';
import type { Volume } from './volume.ts';

/** XFS_DIR2_LEAF_OFFSET: names lie before this byte of a directory, its index after */
const INDEX_AT = 2 ** 35;
/** A directory with more bad blocks than this is not read on: hostile images map 2^21 a record. */
const MANY = 1000;

/** The blocks of a directory that hold names, each checked; damage is told, and a block with only its checksum wrong given all the same. */
export function* directoryBlocks(
  volume: Volume,
  inode: Inode,
  report: (what: string, offset: number) => void,
): Generator<MappedBlock & { doubtful?: string }> {
  const seen = new Set<number>();
  let bad = 0;
  try {
    for (const block of assembled(volume, inode)) {
      const fault = typeof block === 'string' ? block : blockFault(volume, inode, block, seen);
      if (typeof block !== 'string' && (fault === undefined || fault === BAD_CHECKSUM))
        yield fault === undefined ? block : { ...block, doubtful: 'checksum of its directory block does not match' };
      if (fault !== undefined) {
        report(fault, typeof block === 'string' ? inode.data.position : block.position);
        if (++bad === MANY) {
          report('directory has too many bad blocks to be read on', inode.data.position);
          return;
        }
      }
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(error.detail === '' ? error.what : `${error.what}: ${error.detail}`, error.offset);
  }
}

function* assembled(volume: Volume, inode: Inode): Generator<MappedBlock | string> {
  const { sb } = volume;
  const assembler = new BlockAssembler(volume, sb.directoryBlockSize / sb.blockSize);
  const limit = Math.ceil(Math.min(INDEX_AT, inode.size) / sb.blockSize);
  for (const mapping of forkMappings(volume, inode.data)) {
    if (mapping.start >= limit) break;
    if (mapping.kind === 'lost') yield mapping.what;
    else
      yield* assembler.add(
        mapping.start + mapping.count > limit ? { ...mapping, count: limit - mapping.start } : mapping,
      );
  }
  yield* assembler.rest();
}

function blockFault(volume: Volume, inode: Inode, block: MappedBlock, seen: Set<number>): string | undefined {
  if (seen.has(block.position)) return 'block is in the directory twice';
  seen.add(block.position);
  return directoryBlockFault(volume, block.bytes, block.position, inode.inode);
}
