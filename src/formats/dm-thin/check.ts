import type { BlockReader } from '../block-reader.ts';
import { type Damage, FormatError } from '../format-error.ts';
import { type CountFaults, countComparison } from './compare-counts.ts';
import { readDevices } from './devices.ts';
import { BLOCK, MAX_METADATA_BLOCKS } from './layout.ts';
import { countOf, type DataCounts, referenceCounter } from './leaf-counters.ts';
import { walkMappings } from './mappings.ts';
import { readDataSpaceMap, readMetadataSpaceMap, type SpaceMap } from './space-map.ts';
import { readSuperblock, type Superblock } from './superblock.ts';
import { type DeviceUse, surveyPool, type WholeWalk } from './survey.ts';
import { reference } from './tree.ts';

export interface SpaceMapCheck extends CountFaults {
  /**
   * Blocks in use by the map's own bits, and by its root; then bitmaps whose index counts its free
   * blocks otherwise. These sums serve the allocator alone and old thin_restore leaves them one off:
   * told, but no damage.
   */
  used: number;
  says: number;
  wrongFree: SpaceMap['wrongFree'];
}

/** What is wrong with a pool's metadata. */
export interface PoolCheck {
  /** `leaks`: nothing is wrong but that room is lost or the pool asks to be checked */
  state: 'healthy' | 'leaks' | 'damaged';
  needsCheck: boolean;
  devices: DeviceUse[];
  /** structures that cannot be read or contradict each other, and what is lost by them */
  damage: Damage[];
  /** damage beyond what is listed */
  more: number;
  dataMap: SpaceMapCheck;
  metadataMap: SpaceMapCheck;
}

/**
 * Checks all of a pool's metadata, each block once: checksums, structure, both space maps against
 * the references that were found, device details against mappings.
 * @param owners also count what each device holds alone
 * @throws FormatError where the superblock cannot be used or the pool is too large to count
 */
export function checkPool(reader: BlockReader, superblock: Superblock, owners = false): PoolCheck {
  const walk = surveyPool(reader, superblock, { owners, counts: true });
  const { counts, blocks, damage } = walk;
  if (!counts) throw new TypeError('a check without counts');
  const { references } = walk.mappings;
  if (blocks.count > 0) reference(references, 0);
  checkHeldRoot(reader, superblock, walk, counts);
  checkDetails(reader, walk);
  const data = countComparison((block) => countOf(counts, block));
  const dataMap = readDataSpaceMap(blocks, superblock.data, references, damage, data.high);
  const dataFaults = data.finish(dataMap, counts.bytes);
  const metadataMap = checkMetadataMap(reader, superblock, walk);
  const result: PoolCheck = {
    state: 'healthy',
    needsCheck: superblock.needsCheck,
    devices: walk.devices,
    damage,
    more: walk.more,
    dataMap: { ...dataFaults, used: dataMap.used, says: superblock.data.allocated, wrongFree: dataMap.wrongFree },
    metadataMap,
  };
  const maps = [result.dataMap, metadataMap];
  if (damage.length > 0 || maps.some(({ low }) => low > 0)) result.state = 'damaged';
  else if (superblock.needsCheck || maps.some(({ leaked }) => leaked > 0)) result.state = 'leaks';
  return result;
}

/** A metadata snapshot holds a superblock and what only it still reaches. */
function checkHeldRoot(reader: BlockReader, superblock: Superblock, walk: WholeWalk, counts: DataCounts): void {
  if (superblock.heldRoot === 0) return;
  const { blocks, damage, mappings } = walk;
  const at = superblock.heldRoot;
  if (at < blocks.count) reference(mappings.references, at);
  try {
    const held = readSuperblock(reader, at);
    const entries = readDevices(blocks, held, damage, mappings.references);
    const beyond = (leaf: number, many: number): void => {
      damage.push({
        what: `${many} mappings of the metadata snapshot point beyond the data device`,
        source: blocks.name,
        offset: leaf * BLOCK,
      });
    };
    const before = new Set(mappings.faults.keys());
    walkMappings(
      mappings,
      entries.map(({ root }) => root),
      referenceCounter(counts, superblock.data.blocks, beyond),
    );
    for (const [block, what] of mappings.faults)
      if (!before.has(block))
        damage.push({
          what: `${what} (block ${block})`,
          source: blocks.name,
          offset: block * BLOCK,
          lost: 'a part of the metadata snapshot',
        });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    damage.push({ what: error.message, source: blocks.name, offset: at * BLOCK, lost: 'the metadata snapshot' });
  }
}

/** Both trees know the same devices, and the counts in the details are those of the mappings. */
function checkDetails(reader: BlockReader, walk: WholeWalk): void {
  const whole = walk.damage.length === 0;
  for (const [i, { id, root, details }] of walk.entries.entries()) {
    const mapped = walk.devices[i]?.mapped ?? 0;
    const what = !details
      ? 'device has mappings but no details'
      : root === undefined
        ? 'device has details but no mappings'
        : details.mapped !== mapped
          ? `details say ${details.mapped} mapped blocks, there are ${mapped}`
          : undefined;
    // where something is lost, that these disagree follows from it
    if (what && whole) walk.damage.push({ what, source: reader.name, offset: 0, lost: `device ${id}` });
  }
}

function checkMetadataMap(reader: BlockReader, superblock: Superblock, walk: WholeWalk): SpaceMapCheck {
  const { blocks, damage } = walk;
  const { references } = walk.mappings;
  const root = { ...superblock.metadata };
  if (root.blocks > Math.min(blocks.count, MAX_METADATA_BLOCKS)) {
    damage.push({
      what: `the metadata space map covers ${root.blocks} blocks, the source has ${blocks.count}`,
      source: reader.name,
      offset: 192,
      lost: 'what lies behind the end of the source',
    });
    root.blocks = blocks.count;
  }
  const high = new Map<number, number>();
  const map = readMetadataSpaceMap(blocks, root, references, damage, (_, block, count) => high.set(block, count));
  // this map counts its own blocks too: only now all references are known
  const comparison = countComparison((block) => references.counts[block] ?? 0);
  for (const [block, count] of high) comparison.high(map, block, count);
  const faults = comparison.finish(map);
  return { ...faults, used: map.used, says: superblock.metadata.allocated, wrongFree: map.wrongFree };
}
