import { FormatError } from '../format-error.ts';
import { u64 } from './bytes.ts';
import { EXTENT_BYTES, type Mapping, unpackExtent } from './extent.ts';
import type { Fork } from './inode.ts';
import { HEADERS, headerFault } from './metadata-header.ts';
import { readBlocks, type Volume } from './volume.ts';

const MAGIC_V4 = 0x424d4150; // BMAP
const MAGIC_V5 = 0x424d4133; // BMA3
/** XFS_BTREE_MAXLEVELS for 64 Ki blocks and more: deeper is not possible */
const MAX_LEVELS = 9;

/**
 * The mappings of a fork in btree format, ascending, each block read as it is reached. A block
 * that cannot be believed gives one {@link LostExtent} over what it held.
 */
export function* btreeMappings(volume: Volume, fork: Fork): Generator<Mapping> {
  const level = fork.bytes.readUInt16BE(0);
  const count = fork.bytes.readUInt16BE(2);
  const room = Math.floor((fork.bytes.length - 4) / 16);
  if (level < 1 || level > MAX_LEVELS || count < 1 || count > room) {
    yield {
      kind: 'lost',
      start: 0,
      end: Number.POSITIVE_INFINITY,
      what: 'root of the extent tree is impossible',
      position: fork.position,
    };
    return;
  }
  const visited = new Set<number>();
  yield* children(volume, fork, fork.bytes, 4, 4 + room * 8, count, level, 0, Number.POSITIVE_INFINITY, visited);
}

function* children(
  volume: Volume,
  fork: Fork,
  bytes: Buffer,
  keys: number,
  pointers: number,
  count: number,
  level: number,
  from: number,
  to: number,
  visited: Set<number>,
): Generator<Mapping> {
  let start = from;
  for (let i = 0; i < count; i++) {
    // the first key may lie after the range's start: nothing is mapped between
    const end = i + 1 < count ? u64(bytes, keys + (i + 1) * 8) : to;
    const fsb = u64(bytes, pointers + i * 8);
    if (end <= start || end > to) {
      yield { kind: 'lost', start, end: to, what: 'keys of the extent tree do not ascend', position: fork.position };
      return;
    }
    yield* child(volume, fork, fsb, level - 1, start, end, visited);
    start = end;
  }
}

function* child(
  volume: Volume,
  fork: Fork,
  fsb: number,
  level: number,
  from: number,
  to: number,
  visited: Set<number>,
): Generator<Mapping> {
  let position = fork.position;
  try {
    if (visited.has(fsb)) throw new FormatError('block is in the tree twice', volume.reader.name, position);
    visited.add(fsb);
    const block = readBlocks(volume, fsb, 1, 'extent tree');
    position = block.position;
    const fault = blockFault(volume, fork, block.bytes, block.position, level);
    if (fault !== undefined) throw new FormatError(fault, volume.reader.name, position);
    const header = volume.sb.version === 5 ? HEADERS.bmap.size : 24;
    const count = block.bytes.readUInt16BE(6);
    if (level > 0) {
      const room = Math.floor((block.bytes.length - header) / 16);
      yield* children(volume, fork, block.bytes, header, header + room * 8, count, level, from, to, visited);
    } else for (let i = 0; i < count; i++) yield unpackExtent(block.bytes, header + i * EXTENT_BYTES);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    yield { kind: 'lost', start: from, end: to, what: `extent tree: ${error.what}`, position };
  }
}

function blockFault(volume: Volume, fork: Fork, bytes: Buffer, position: number, level: number): string | undefined {
  const { sb } = volume;
  if (bytes.readUInt32BE(0) !== (sb.version === 5 ? MAGIC_V5 : MAGIC_V4)) return 'no block of an extent tree';
  if (sb.version === 5) {
    const owner = volume.pending.anyOwner.has(fork.inode) ? undefined : fork.inode;
    const fault = headerFault(bytes, HEADERS.bmap, sb.metaUuid, position, owner);
    if (fault !== undefined) return fault;
  }
  const header = sb.version === 5 ? HEADERS.bmap.size : 24;
  const count = bytes.readUInt16BE(6);
  if (bytes.readUInt16BE(4) !== level) return 'block of another level';
  if (count < 1 || count > (bytes.length - header) / 16) return `impossible number of records (${count})`;
  return undefined;
}
