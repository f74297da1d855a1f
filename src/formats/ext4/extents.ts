import { crc32c } from '../crc32c.ts';

/** struct ext4_extent_header, fs/ext4/ext4_extents.h */
const MAGIC = 0xf30a;
const HEADER = 12;
const ENTRY = 12;
const DEEPEST = 5;
/** longer lengths mark an extent that was allocated and never written */
const LONGEST = 32_768;

/** A run of blocks of a file, in blocks; `physical` undefined where it cannot be known, `what` says why. */
export type Run =
  | { kind: 'data'; logical: number; blocks: number; physical: number }
  | { kind: 'lost'; logical: number; blocks: number; what: string };

/** How a mapping reads the blocks that hold it. */
export interface MappingSource {
  /** blocks of the file system */
  blocks: number;
  blockSize: number;
  readBlock(block: number): Buffer;
  /** of the inode; undefined without metadata_csum */
  seed: number | undefined;
}

/**
 * The extents under `node`, ascending. Holes and unwritten extents are left out. What a damaged
 * node covers is told as lost; a node covers no more than its parent says, so that no cycle can
 * be followed.
 * @param from first logical block that this node may cover
 * @param to the one after the last
 */
export function* extentRuns(
  source: MappingSource,
  node: Buffer,
  depth: number | undefined,
  from: number,
  to: number,
): Iterable<Run> {
  const lost = (what: string, logical = from, end = to): Run => ({
    kind: 'lost',
    logical,
    blocks: end - logical,
    what,
  });
  if (node.length < HEADER || node.readUInt16LE(0) !== MAGIC) return yield lost('the extent tree has no header here');
  const entries = node.readUInt16LE(2);
  const max = node.readUInt16LE(4);
  const own = node.readUInt16LE(6);
  if (own > DEEPEST || (depth !== undefined && own !== depth)) return yield lost('an extent tree of the wrong depth');
  if (entries > max || HEADER + max * ENTRY > node.length)
    return yield lost('an extent node with more entries than fit');
  if (depth !== undefined && source.seed !== undefined) {
    const tail = HEADER + max * ENTRY;
    if (tail + 4 > node.length || crc32c(node, 0, tail, source.seed) !== node.readUInt32LE(tail))
      return yield lost('the checksum of an extent node does not match');
  }
  let next = from;
  for (let i = 0; i < entries; i++) {
    const at = HEADER + i * ENTRY;
    const logical = node.readUInt32LE(at);
    if (own > 0) {
      const end = i + 1 < entries ? node.readUInt32LE(at + ENTRY) : to;
      // the first child covers from where its parent begins
      const start = i === 0 ? from : logical;
      if (start < next || end <= start || end > to) return yield lost('an extent index out of order', next);
      next = end;
      yield* child(source, node.readUInt32LE(at + 4) + node.readUInt16LE(at + 8) * 2 ** 32, own - 1, start, end);
      continue;
    }
    const raw = node.readUInt16LE(at + 4);
    const blocks = raw > LONGEST ? raw - LONGEST : raw;
    if (logical < next || blocks === 0 || logical + blocks > to) return yield lost('an extent out of order', next);
    next = logical + blocks;
    if (raw > LONGEST) continue;
    const physical = node.readUInt32LE(at + 8) + node.readUInt16LE(at + 6) * 2 ** 32;
    if (physical === 0 || physical + blocks > source.blocks)
      yield lost('an extent outside the file system', logical, next);
    else yield { kind: 'data', logical, blocks, physical };
  }
}

function* child(source: MappingSource, block: number, depth: number, from: number, to: number): Iterable<Run> {
  const lost = (what: string): Run => ({ kind: 'lost', logical: from, blocks: to - from, what });
  if (block === 0 || block >= source.blocks) return yield lost('an extent node outside the file system');
  let bytes: Buffer;
  try {
    bytes = source.readBlock(block);
  } catch (error) {
    return yield lost(`an extent node cannot be read: ${(error as Error).message}`);
  }
  yield* extentRuns(source, bytes, depth, from, to);
}
