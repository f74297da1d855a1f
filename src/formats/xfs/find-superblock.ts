import { type BlockReader, readBytes } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { parseSuperblock, SUPERBLOCK_BYTES, type Superblock } from './superblock.ts';

/** The largest sector, so that the checksum can be computed whatever the sector's size. */
const LARGEST_SECTOR = 32768;
const STEP = 2 ** 20;

export interface FoundSuperblock {
  sb: Superblock;
  /** undefined: the primary one was good; else a sentence on what was used in its place */
  note: string | undefined;
}

/**
 * The superblock at the start, or where that is damaged one of the copies that every allocation
 * group begins with. Copies have the geometry of the last mkfs or growfs, and old counts.
 * @throws FormatError when no good one is found
 */
export function findSuperblock(reader: BlockReader): FoundSuperblock {
  let primary: FormatError;
  try {
    return { sb: superblockAt(reader, 0), note: undefined };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    primary = error;
  }
  // a tiny source, or one of another format, is told at once
  const copy = looksLikeXfs(reader) ? searchCopy(reader) : undefined;
  if (copy === undefined) throw primary;
  return {
    sb: copy.sb,
    note: `The superblock is damaged (${primary.what}); its copy at byte ${copy.offset} was used, whose free counts and label may be old.`,
  };
}

function superblockAt(reader: BlockReader, offset: number): Superblock {
  const length = Math.min(LARGEST_SECTOR, reader.size - offset);
  if (length < SUPERBLOCK_BYTES) throw new FormatError('source is too small for a file system', reader.name, offset);
  return parseSuperblock(readBytes(reader, offset, length), reader.name, offset);
}

/** Headers of the first group, one sector each after the superblock: XAGF. Zeros there are searched too. */
function looksLikeXfs(reader: BlockReader): boolean {
  return reader.size >= 16 * STEP;
}

/**
 * A copy lies at a multiple of its own group size: this tells it from a superblock inside an
 * image that is a file of this file system.
 */
function searchCopy(reader: BlockReader): { sb: Superblock; offset: number } | undefined {
  const window = Buffer.alloc(STEP);
  for (let at = 0; at < reader.size; ) {
    const hole = reader.holeAt?.(at) ?? 0;
    if (hole >= 512) {
      at += hole - (hole % 512);
      continue;
    }
    const bytes = window.subarray(0, Math.min(STEP, reader.size - at));
    try {
      reader.readInto(bytes, at);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      at += bytes.length;
      continue;
    }
    for (let hit = bytes.indexOf('XFSB'); hit >= 0; hit = bytes.indexOf('XFSB', hit + 1)) {
      const offset = at + hit;
      const sb = offset % 512 === 0 && offset > 0 ? copyAt(reader, offset) : undefined;
      if (sb !== undefined) return { sb, offset };
    }
    at += bytes.length;
  }
  return undefined;
}

function copyAt(reader: BlockReader, offset: number): Superblock | undefined {
  try {
    const sb = superblockAt(reader, offset);
    const ag = offset / (sb.agBlocks * sb.blockSize);
    return Number.isInteger(ag) && ag < sb.agCount ? sb : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
