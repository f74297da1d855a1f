import { FormatError } from '../format-error.ts';
import { btreeMappings } from './bmap-btree.ts';
import { EXTENT_BYTES, type Extent, type Mapping, unpackExtent } from './extent.ts';
import type { Fork } from './inode.ts';
import { applyPending } from './pending.ts';
import { blockPosition, type Volume } from './volume.ts';

/**
 * Where the blocks of a fork lie, ascending and never overlapping. What cannot be known comes as
 * {@link Mapping} `lost`.
 * @throws FormatError where the list contradicts itself: what was yielded cannot be relied on
 */
export function forkMappings(volume: Volume, fork: Fork, realtime = false): Iterable<Mapping> {
  const raw = fork.format === 'btree' ? btreeMappings(volume, fork) : listed(fork);
  const checked = check(volume, fork, raw, realtime);
  const maps = fork.which === 'data' ? volume.pending.maps.get(fork.inode) : undefined;
  return maps === undefined ? checked : applyPending(checked, maps);
}

function* listed(fork: Fork): Generator<Extent> {
  if (fork.extents * EXTENT_BYTES > fork.bytes.length)
    throw fault(fork, `${fork.extents} extents said to lie in the inode`);
  for (let i = 0; i < fork.extents; i++) yield unpackExtent(fork.bytes, i * EXTENT_BYTES);
}

function* check(volume: Volume, fork: Fork, raw: Iterable<Mapping>, realtime: boolean): Generator<Mapping> {
  let seen = 0;
  let end = 0;
  let whole = true;
  for (const mapping of raw) {
    if (mapping.kind === 'lost') {
      whole = false;
      yield mapping;
      end = Math.max(end, mapping.end);
      continue;
    }
    seen++;
    if (mapping.start < end || mapping.count === 0 || !Number.isSafeInteger(mapping.start))
      throw fault(
        fork,
        `extent ${seen} of the ${fork.which} fork begins at block ${mapping.start}, after block ${end}`,
      );
    end = mapping.start + mapping.count;
    if (!realtime && blockPosition(volume.sb, mapping.block, mapping.count) === undefined)
      yield {
        kind: 'lost',
        start: mapping.start,
        end,
        what: 'extent points outside the file system',
        position: fork.position,
      };
    else yield mapping;
  }
  if (whole && seen !== fork.extents)
    throw fault(fork, `${fork.which} fork has ${seen} extents, the inode says ${fork.extents}`);
}

function fault(fork: Fork, detail: string): FormatError {
  return new FormatError('extents contradict themselves', `inode ${fork.inode}`, fork.position, detail);
}
