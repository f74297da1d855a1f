import { BLOCK_GROUP_ITEM, BLOCK_GROUP_TREE, EXTENT_TREE, TYPE_DATA, u64 } from './layout.ts';
import type { Owners } from './owners.ts';
import type { Roots } from './roots.ts';
import type { Volume } from './volume.ts';
import { walkTree } from './walk.ts';

/** A chunk with what is used of it. Bytes. */
export interface BlockGroup {
  logical: number;
  length: number;
  used: number;
  /** type and profile bits */
  type: number;
}

/** How full each chunk is: from the block group tree, or the few leaves of the extent tree that tell. */
export function readBlockGroups(volume: Volume, { trees }: Roots): BlockGroup[] {
  const root = trees.get(BLOCK_GROUP_TREE) ?? trees.get(EXTENT_TREE);
  if (!root) return [];
  const chunks = volume.chunks;
  const groups: BlockGroup[] = [];
  walkTree(
    volume,
    root,
    (key, view, data, size) => {
      if (key.type !== BLOCK_GROUP_ITEM || size < 24) return;
      const chunk = chunks.find(key.id, key.offset);
      if (chunk?.logical === key.id)
        groups.push({ logical: key.id, length: key.offset, used: u64(view, data), type: chunk.type });
    },
    // item (logical, BLOCK_GROUP_ITEM, length) of some chunk
    (low, high) => {
      let first = chunks.indexBefore(low.id);
      if (first < 0 || (chunks.all()[first]?.logical ?? 0) < low.id || low.type > BLOCK_GROUP_ITEM) first++;
      const next = chunks.all()[first]?.logical;
      return next !== undefined && (high === undefined || next <= high.id);
    },
  );
  return groups.sort((a, b) => a.logical - b.logical);
}

/** A data chunk and who keeps it from being given back. */
export interface Pinned extends BlockGroup {
  /** bytes of extents in it by subvolume (place in the list), largest first; an extent counts for each that refers to it */
  by: { owner: number; bytes: number; alone: number }[];
  /** bytes of extents that no subvolume refers to: deleted ones the cleaner has not come to, space cache, relocation */
  others: number;
}

/** Data chunks that are in use but at most so full, emptiest first, with who holds their extents. */
export function pinnedChunks(groups: readonly BlockGroup[], owners: Owners, atMost: number): Pinned[] {
  const few = groups.filter(({ type, used, length }) => type & TYPE_DATA && used > 0 && used <= length * atMost);
  if (few.length === 0) return [];
  const { start, length, sets } = owners.extents;
  const bySet = few.map(() => new Map<number, number>());
  for (let i = 0; i < start.length; i++) {
    const group = last(few, start[i] as number);
    const found = few[group];
    if (!found || (start[i] as number) >= found.logical + found.length) continue;
    const sums = bySet[group] as Map<number, number>;
    sums.set(sets[i] as number, (sums.get(sets[i] as number) ?? 0) + (length[i] as number));
  }
  return few
    .map((group, i) => pinned(group, bySet[i] as Map<number, number>, owners))
    .sort((a, b) => a.used / a.length - b.used / b.length);
}

function pinned(group: BlockGroup, bySet: Map<number, number>, { sets }: Owners): Pinned {
  const by = new Map<number, { owner: number; bytes: number; alone: number }>();
  let named = 0;
  for (const [set, bytes] of bySet) {
    named += bytes;
    const members = sets.members(set);
    for (const owner of members) {
      const one = by.get(owner) ?? { owner, bytes: 0, alone: 0 };
      one.bytes += bytes;
      if (members.length === 1) one.alone += bytes;
      by.set(owner, one);
    }
  }
  return {
    ...group,
    by: [...by.values()].sort((a, b) => b.bytes - a.bytes),
    others: Math.max(0, group.used - named),
  };
}

/** The last group that begins at or before `address`; -1 for none. */
function last(groups: readonly BlockGroup[], address: number): number {
  let low = -1;
  let high = groups.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((groups[middle] as BlockGroup).logical <= address) low = middle;
    else high = middle;
  }
  return low;
}
