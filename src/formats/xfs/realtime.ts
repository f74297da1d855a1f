import type { BlockReader } from '../block-reader.ts';
import { checkRange } from '../block-reader.ts';
import type { Extent } from './extent.ts';
import type { Superblock } from './superblock.ts';
import type { Volume } from './volume.ts';

/** Byte in the volume's reader of an extent of the realtime device, or why it cannot be read. */
export function realtimePosition(volume: Volume, extent: Extent): number | string {
  if (volume.realtimeAt === undefined) return 'content lies on the realtime device, which was not given';
  const block = linearBlock(volume.sb, extent);
  return block === undefined
    ? 'extent points outside the realtime device'
    : volume.realtimeAt + block * volume.sb.blockSize;
}

/** With realtime groups (metadir) a block number has its group above `groupLog` bits. */
function linearBlock(sb: Superblock, extent: Extent): number | undefined {
  const { blocks, extentBlocks, groupExtents, groupLog } = sb.realtime;
  let block = extent.block;
  if (groupExtents > 0) {
    const group = Math.floor(block / 2 ** groupLog);
    const within = block - group * 2 ** groupLog;
    const size = groupExtents * extentBlocks;
    if (within + extent.count > size) return undefined;
    block = group * size + within;
  }
  return block + extent.count <= blocks ? block : undefined;
}

/** The data device with the realtime device after it: one reader, so that positions name a byte of either. */
export function withRealtime(data: BlockReader, realtime: BlockReader): BlockReader {
  const size = data.size + realtime.size;
  return {
    name: data.name,
    size,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      const first = Math.max(0, Math.min(into.length, data.size - offset));
      if (first > 0) data.readInto(into.subarray(0, first), offset);
      if (first < into.length) realtime.readInto(into.subarray(first), offset + first - data.size);
    },
    holeAt(offset) {
      return (offset < data.size ? data.holeAt?.(offset) : realtime.holeAt?.(offset - data.size)) ?? 0;
    },
  };
}
