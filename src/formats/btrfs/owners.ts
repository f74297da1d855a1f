import { NumberTable } from '../number-table.ts';
import { OwnerSets } from '../owner-sets.ts';
import {
  compareKeys,
  EXTENT_DATA,
  HEADER,
  HEADER_SIZE,
  INODE_ITEM,
  ITEM_SIZE,
  type Key,
  MAX_LEVEL,
  POINTER_SIZE,
  readKey,
  u64,
} from './layout.ts';
import type { NodeList } from './node-ref.ts';
import type { Subvolume } from './roots.ts';
import type { Volume } from './volume.ts';

/** Blocks of one level with the subvolumes that reach them; found once, however many parents they have. */
class Level implements NodeList {
  readonly address: number[] = [];
  readonly generation: number[] = [];
  readonly sets: number[] = [];
  private readonly known = new NumberTable();

  constructor(readonly level: number) {}

  see(address: number, generation: number, set: number, sets: OwnerSets): void {
    const index = this.known.add(address);
    if (index === this.address.length) {
      this.address.push(address);
      this.generation.push(generation);
      this.sets.push(set);
    } else this.sets[index] = sets.union(this.sets[index] as number, set);
  }

  /** One more owner of a block, if it was found; else false. */
  join(address: number, set: number, sets: OwnerSets): boolean {
    const index = this.known.find(address);
    if (index >= 0) this.sets[index] = sets.union(this.sets[index] as number, set);
    return index >= 0;
  }
}

/** Data extents by their start, in sectors, and who refers to them. */
export interface Extents {
  start: number[];
  length: number[];
  sets: number[];
}

/** What every subvolume reaches. Owners are places in the list of subvolumes. */
export interface Owners {
  sets: OwnerSets;
  /** bytes of tree blocks, and of data extents, by set */
  metadata: Float64Array;
  data: Float64Array;
  /** sum of the sizes of files, by set of the leaf in which the inode lies */
  apparent: Float64Array;
  inodes: Float64Array;
  extents: Extents;
}

/**
 * Goes through the trees of all subvolumes at once, from the top level down, so that a block's
 * owners are complete before it is read; each block is read once. What a qgroup counts: whole
 * tree blocks and whole data extents (as stored: compressed, preallocated), each once.
 */
export function findOwners(volume: Volume, subvolumes: readonly Subvolume[]): Owners {
  const sets = new OwnerSets(subvolumes.length);
  const levels = Array.from({ length: MAX_LEVEL + 1 }, (_, level) => new Level(level));
  const metadata = new Sums();
  const above = subvolumes.flatMap((subvolume, index) => startAt(volume, subvolume, sets.single(index), levels, sets));
  const leaf = leafReader(volume, sets);
  for (let level = MAX_LEVEL; level >= 0; level--) {
    const list = levels[level] as Level;
    for (const one of above)
      if (one.level === level && !list.join(one.address, one.set, sets)) metadata.add(one.set, volume.nodeSize);
    if (list.address.length === 0) continue;
    const below = levels[level - 1];
    volume.visit(list, (view, at, index) => {
      const set = list.sets[index] as number;
      metadata.add(set, volume.nodeSize);
      if (!below) return leaf.read(view, at, set);
      const count = view.getUint32(at + HEADER.items, true);
      for (let i = 0, pointer = at + HEADER_SIZE + 17; i < count; i++, pointer += POINTER_SIZE)
        below.see(u64(view, pointer), u64(view, pointer + 8), set, sets);
    });
    levels[level] = new Level(level); // its memory is free again
  }
  const data = new Sums();
  const { extents } = leaf;
  for (let i = 0; i < extents.start.length; i++) data.add(extents.sets[i] as number, extents.length[i] as number);
  const of = (sums: Sums): Float64Array => sums.upTo(sets.size);
  return {
    sets,
    metadata: of(metadata),
    data: of(data),
    apparent: of(leaf.apparent),
    inodes: of(leaf.inodes),
    extents,
  };
}

/**
 * A subvolume's root, or of one that is being deleted what the cleaner has not yet come to: left of
 * `drop_progress` everything is given back already (kernel fs/btrfs/extent-tree.c, btrfs_drop_snapshot).
 * Gives the blocks on the way down to there, whose children are not all reached through them.
 */
function startAt(
  volume: Volume,
  root: Subvolume,
  set: number,
  levels: readonly Level[],
  sets: OwnerSets,
): { level: number; address: number; set: number }[] {
  const { key: progress, level: stop } = root.deleting ?? { level: 0 };
  if (!progress || progress.id + progress.type + progress.offset === 0 || stop < 1) {
    (levels[root.level] as Level).see(root.address, root.generation, set, sets);
    return [];
  }
  const above: { level: number; address: number; set: number }[] = [];
  let next: { address: number; generation: number } | undefined = root;
  for (let level = root.level; next && level >= stop; level--) {
    const here: NodeList = { level, address: [next.address], generation: [next.generation] };
    above.push({ level, address: next.address, set });
    next = undefined;
    volume.visit(here, (view, at) => {
      const count = view.getUint32(at + HEADER.items, true);
      const keyOf = (slot: number): Key => readKey(view, at + HEADER_SIZE + slot * POINTER_SIZE);
      let slot = 0;
      while (slot + 1 < count && compareKeys(keyOf(slot + 1), progress) <= 0) slot++;
      for (let i = slot; i < count; i++) {
        const pointer = at + HEADER_SIZE + i * POINTER_SIZE + 17;
        const child = { address: u64(view, pointer), generation: u64(view, pointer + 8) };
        if (i === slot && level > stop) next = child;
        else (levels[level - 1] as Level).see(child.address, child.generation, set, sets);
      }
    });
  }
  return above;
}

/** Reads leaves: which extents they refer to, how large their files are. */
function leafReader(volume: Volume, sets: OwnerSets) {
  const { nodeSize } = volume;
  const { sectorSize } = volume.superblock;
  const known = new NumberTable();
  const extents: Extents = { start: [], length: [], sets: [] };
  const apparent = new Sums();
  const inodes = new Sums();

  const extent = (view: DataView, data: number, size: number, set: number, leaf: number): void => {
    // type: inline ones lie in the leaf itself; regular and preallocated ones name an extent, 0 is a hole
    if (view.getUint8(data + 20) === 0 || size < 53) return;
    const start = u64(view, data + 21);
    if (start === 0) return;
    const length = u64(view, data + 29);
    const index = known.add(start / sectorSize);
    if (index < extents.start.length) {
      const before = extents.sets[index] as number;
      if (before !== set) extents.sets[index] = sets.union(before, set);
      return;
    }
    const sound = volume.chunks.find(start, length) !== undefined;
    if (!sound) volume.report('a data extent lies outside every chunk', leaf, `extent ${start}, ${length} bytes`);
    extents.start.push(start);
    extents.length.push(sound ? length : 0);
    extents.sets.push(set);
  };

  const read = (view: DataView, at: number, set: number): void => {
    const count = view.getUint32(at + HEADER.items, true);
    let sizes = 0;
    let files = 0;
    for (let i = 0, item = at + HEADER_SIZE; i < count; i++, item += ITEM_SIZE) {
      const type = view.getUint8(item + 8);
      if (type !== EXTENT_DATA && type !== INODE_ITEM) continue;
      const offset = view.getUint32(item + 17, true);
      const size = view.getUint32(item + 21, true);
      if (HEADER_SIZE + offset + size > nodeSize || size < 21) {
        volume.report('an item lies outside its leaf', u64(view, at + HEADER.bytenr), `item ${i}`);
        return;
      }
      const data = at + HEADER_SIZE + offset;
      if (type === EXTENT_DATA) extent(view, data, size, set, u64(view, at + HEADER.bytenr));
      else if (size >= 56 && (view.getUint32(data + 52, true) & 0o170000) !== 0o040000) {
        // struct btrfs_inode_item: size at 16, mode at 52; directories' sizes count names, not bytes
        const bytes = u64(view, data + 16);
        if (bytes < 2 ** 53) sizes += bytes;
        files++;
      }
    }
    apparent.add(set, sizes);
    inodes.add(set, files);
  };
  return { read, extents, apparent, inodes };
}

/** Sums by set; sets arise while they are counted. */
class Sums {
  private values = new Float64Array(256);

  add(set: number, bytes: number): void {
    if (set >= this.values.length) {
      const larger = new Float64Array(Math.max(set + 1, this.values.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[set] = (this.values[set] as number) + bytes;
  }

  upTo(length: number): Float64Array {
    const whole = new Float64Array(length);
    whole.set(this.values.subarray(0, length));
    return whole;
  }
}
