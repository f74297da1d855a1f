import type { BlockReader } from './block-reader.ts';
import { metadataBlocks } from './dm-thin/blocks.ts';
import { readDevices, type ThinEntry } from './dm-thin/devices.ts';
import { MAX_COUNTED } from './dm-thin/layout.ts';
import { lossAsDamage, lossesOf } from './dm-thin/losses.ts';
import { childrenOf, noMappings, sumUp, walkMappings } from './dm-thin/mappings.ts';
import { valuesAt } from './dm-thin/node.ts';
import { readSuperblock, type Superblock } from './dm-thin/superblock.ts';
import { noReferences } from './dm-thin/tree.ts';
import { type Damage, FormatError } from './format-error.ts';
import { OwnerSets } from './owner-sets.ts';
import { type Sharing, sharingOf } from './sharing.ts';

export interface ThinSharing {
  superblock: Superblock;
  /** the state of a metadata snapshot, which stands still; otherwise a live pool may move under the walk */
  snapshot: boolean;
  devices: ThinEntry[];
  /** bytes of data blocks; owners are places in `devices` */
  sharing: Sharing;
  damage: Damage[];
}

/**
 * Which devices hold which data blocks of a pool: not only alone or shared, but by whom, so that what
 * deleting several gives back can be told. @throws FormatError where it is no pool's metadata
 */
export function thinSharing(reader: BlockReader): ThinSharing {
  const live = readSuperblock(reader);
  const snapshot = live.heldRoot !== 0;
  const superblock = snapshot ? readSuperblock(reader, live.heldRoot) : live;
  const dataBlocks = live.data.blocks;
  if (dataBlocks > MAX_COUNTED)
    throw new FormatError('the pool has more data blocks than can be counted here', reader.name, 64, `${dataBlocks}`);
  const blocks = metadataBlocks(reader);
  const damage: Damage[] = [];
  const references = noReferences(blocks);
  const mappings = noMappings(blocks, references);
  const devices = readDevices(blocks, superblock, damage, references);
  const sets = new OwnerSets(devices.length);
  const owners = new Int32Array(dataBlocks);
  const beyond = new Map<number, number>();
  let nodeSets: Int32Array | undefined;
  const top = Math.floor(Math.max(0, dataBlocks - 1) / 256);
  walkMappings(
    mappings,
    devices.map(({ root }) => root),
    (words, at, count, _, leaf) => {
      // every inner node was read before the first leaf
      nodeSets ??= setsOfNodes(mappings, devices, sets, blocks.count);
      const set = nodeSets[leaf] as number;
      let bad = 0;
      for (let p = valuesAt(words, at), end = p + 2 * count; p < end; p += 2) {
        const high = words[p + 1] as number;
        const block = (high << 8) | ((words[p] as number) >>> 24);
        if (high >>> 0 > top || block >= dataBlocks) bad++;
        else if (owners[block] !== set) owners[block] = sets.union(owners[block] as number, set);
      }
      if (bad > 0) beyond.set(leaf, bad);
      return count - bad;
    },
  );
  const flawed = sumUp(mappings);
  const losses = lossesOf(mappings, devices, flawed, beyond);
  for (const loss of losses.losses) damage.push(lossAsDamage(loss, reader.name));
  const bytes = new Float64Array(sets.size);
  for (let i = 0; i < dataBlocks; i++) {
    const set = owners[i] as number;
    if (set !== 0) bytes[set] = (bytes[set] as number) + live.blockSize;
  }
  return { superblock, snapshot, devices, sharing: sharingOf(sets, bytes), damage };
}

/** Who reaches each node: the union of who reaches the nodes that point to it. */
function setsOfNodes(
  mappings: ReturnType<typeof noMappings>,
  devices: readonly ThinEntry[],
  sets: OwnerSets,
  count: number,
): Int32Array {
  const found = new Int32Array(count);
  for (const [i, { root }] of devices.entries())
    if (root !== undefined && root < count) found[root] = sets.union(found[root] as number, sets.single(i));
  const { nodes, children } = mappings;
  // inner nodes stand in order of height, highest first
  for (let i = 0; i < nodes.length; i++) {
    const set = found[nodes.items[i] as number] as number;
    const [from, to] = childrenOf(mappings, i);
    for (let k = from; k < to; k++) {
      const child = children.items[k] as number;
      if (child !== 0) found[child] = sets.union(found[child] as number, set);
    }
  }
  return found;
}
