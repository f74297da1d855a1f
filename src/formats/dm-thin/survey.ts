import type { BlockReader } from '../block-reader.ts';
import type { Damage } from '../format-error.ts';
import { FormatError } from '../format-error.ts';
import { tally } from '../owners.ts';
import { type MetadataBlocks, metadataBlocks } from './blocks.ts';
import { type DeviceDetails, readDevices, type ThinEntry } from './devices.ts';
import { MAX_COUNTED } from './layout.ts';
import { bothCounter, type DataCounts, ownerCounter, referenceCounter } from './leaf-counters.ts';
import { type Losses, lossAsDamage, lossesOf } from './losses.ts';
import { type Mappings, noMappings, sumUp, walkMappings } from './mappings.ts';
import type { Superblock } from './superblock.ts';
import { noReferences } from './tree.ts';

/** What a device holds, in data blocks. `exclusive` + `shared` = `mapped`. */
export interface DeviceUse {
  id: number;
  mapped: number;
  /** blocks that no other device reaches */
  exclusive: number;
  shared: number;
  details?: DeviceDetails;
}

export interface Survey {
  devices: DeviceUse[];
  /** what could not be read; counts are without it */
  damage: Damage[];
  /** damage beyond what is listed */
  more: number;
}

export interface WholeWalk extends Survey {
  blocks: MetadataBlocks;
  mappings: Mappings;
  entries: ThinEntry[];
  losses: Losses;
  /** where they were asked for */
  counts?: DataCounts;
}

/**
 * One pass over all devices of a pool: each metadata block read once and its checksum checked.
 * @param want `owners` for exclusive and shared; `counts` for references to data blocks. Without
 * owners all of a device counts as shared.
 * @throws FormatError where the pool has more blocks than can be counted
 */
export function surveyPool(
  reader: BlockReader,
  superblock: Superblock,
  want: { owners: boolean; counts: boolean } = { owners: true, counts: false },
): WholeWalk {
  const blocks = metadataBlocks(reader);
  const damage: Damage[] = [];
  const references = noReferences(blocks);
  const mappings = noMappings(blocks, references);
  const entries = readDevices(blocks, superblock, damage, references);
  const dataBlocks = superblock.data.blocks;
  const owners = want.owners ? counters(reader, dataBlocks, () => new Int32Array(dataBlocks)) : undefined;
  const counts = want.counts
    ? counters(reader, dataBlocks, () => ({ bytes: new Uint8Array(dataBlocks), more: new Map<number, number>() }))
    : undefined;
  const beyond = new Map<number, number>();
  const tell = (leaf: number, many: number): void => {
    beyond.set(leaf, many);
  };
  const own = owners && ownerCounter(owners, dataBlocks, tell);
  const count = counts && referenceCounter(counts, dataBlocks, tell);
  const leaf = own && count ? bothCounter(own, count) : (own ?? count);
  if (!leaf) throw new TypeError('a survey of nothing');
  walkMappings(
    mappings,
    entries.map(({ root }) => root),
    leaf,
  );
  const flawed = sumUp(mappings);
  const losses = lossesOf(mappings, entries, flawed, beyond);
  for (const loss of losses.losses) damage.push(lossAsDamage(loss, reader.name));
  const alone = owners ? tally(owners, dataBlocks, entries.length) : new Float64Array(entries.length + 1);
  const devices = entries.map(({ id, root, details }, i) => {
    const mapped = root !== undefined && root < blocks.count ? (mappings.totals[root] as number) : 0;
    const exclusive = alone[i + 1] as number;
    return { id, mapped, exclusive, shared: mapped - exclusive, ...(details ? { details } : {}) };
  });
  return { devices, damage, more: losses.more, blocks, mappings, entries, losses, ...(counts ? { counts } : {}) };
}

function counters<T>(reader: BlockReader, dataBlocks: number, make: () => T): T {
  const refuse = (): never => {
    throw new FormatError(
      'the pool has more data blocks than can be counted here',
      reader.name,
      64,
      `${dataBlocks} blocks; up to ${MAX_COUNTED} as memory allows`,
    );
  };
  if (dataBlocks > MAX_COUNTED) return refuse();
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return refuse();
    throw error;
  }
}
