import type { ContentRange } from '../file-tree.ts';
import type { Extent } from './extent.ts';
import { forkMappings } from './fork.ts';
import type { Inode } from './inode.ts';
import { realtimePosition } from './realtime.ts';
import { blockPosition, type Volume } from './volume.ts';

type Data = ContentRange & { kind: 'data' };

/**
 * What a file's content is made of, extents that lie side by side as one, so that they are read
 * in one go. Holes and unwritten extents are left out.
 */
export function* contentRanges(volume: Volume, inode: Inode): Generator<ContentRange> {
  const { blockSize } = volume.sb;
  let held: Data | undefined;
  for (const mapping of forkMappings(volume, inode.data, inode.realtime)) {
    const offset = mapping.start * blockSize;
    if (offset >= inode.size) break;
    const end = Math.min(
      mapping.kind === 'lost' ? mapping.end * blockSize : offset + mapping.count * blockSize,
      inode.size,
    );
    if (mapping.kind === 'extent' && mapping.unwritten) continue;
    const next: ContentRange =
      mapping.kind === 'lost'
        ? { kind: 'lost', offset, length: end - offset, what: mapping.what }
        : located(volume, inode, mapping, offset, end - offset);
    if (held !== undefined && next.kind === 'data' && follows(held, next)) {
      held.length += next.length;
      continue;
    }
    if (held !== undefined) yield* withinSource(volume, held);
    held = undefined;
    if (next.kind === 'data') held = next;
    else yield next;
  }
  if (held !== undefined) yield* withinSource(volume, held);
}

function follows(held: Data, next: Data): boolean {
  return held.offset + held.length === next.offset && held.position + held.length === next.position;
}

function located(volume: Volume, inode: Inode, extent: Extent, offset: number, length: number): ContentRange {
  if (!inode.realtime) {
    const position = blockPosition(volume.sb, extent.block, extent.count);
    return position === undefined
      ? { kind: 'lost', offset, length, what: 'extent points outside the file system' }
      : { kind: 'data', offset, length, position };
  }
  const position = realtimePosition(volume, extent);
  return typeof position === 'string'
    ? { kind: 'lost', offset, length, what: position }
    : { kind: 'data', offset, length, position };
}

/** A copy cut short ends inside the file system. */
function* withinSource(volume: Volume, data: Data): Generator<ContentRange> {
  const there = Math.max(0, Math.min(data.length, volume.reader.size - data.position));
  if (there > 0) yield { ...data, length: there };
  if (there < data.length)
    yield { kind: 'lost', offset: data.offset + there, length: data.length - there, what: 'the source ends before' };
}
