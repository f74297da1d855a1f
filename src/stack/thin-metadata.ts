import type { Facts } from '../probes/fact.ts';
import type { ResourceName } from './layer.ts';
import type { ThinPoolView } from './thin-view.ts';

/** What a pool's blocks alone do not tell of how much it can still take. */
export interface PoolLimits {
  /** bytes of data that the free metadata can map */
  mappable?: number;
  /** the same, with this fraction of the metadata kept free */
  mappableAbove?: (fraction: number) => number;
  /** it takes nothing, whatever is free */
  closed?: { resource: ResourceName; why: string };
}

/** dm-thin metadata block, bytes (THIN_METADATA_BLOCK_SIZE, drivers/md/dm-thin-metadata.h). */
const METADATA_BLOCK = 4096;

/**
 * Data blocks that one new metadata block maps. A leaf holds 252 mappings. Since Linux 5.13 two full ones
 * become three ("dm btree: improve btree residency"), and writes between blocks mapped before, as every
 * file system has them, leave them so: two thirds full (measured on 6.1: 166 to 176; nearly full only at
 * the end of a volume). Until then one became two, and so it is taken where the kernel is not known.
 */
const MAPPINGS = { twoThirds: 168, half: 126 };

export function poolLimits(pool: ThinPoolView, facts: Facts): PoolLimits {
  if (pool.mode === 'failed') return { closed: { resource: 'data', why: 'it has failed and takes no write' } };
  // dm-thin closes a pool when its metadata is full or a metadata operation failed
  if (pool.mode === 'ro') return { closed: { resource: 'metadata', why: 'it is read-only' } };
  const { metadataTotal: total, metadataUsed: used, blockSize } = pool;
  if (total === undefined || used === undefined) return {};
  // the kernel counts its own reserve as used, and closes the pool when its count is full
  const free = (total - used) / METADATA_BLOCK;
  // without the block size all that can be said is whether anything is left
  if (blockSize === undefined) return free >= 1 ? {} : { mappable: 0 };
  const mapped = (blocks: number): number => Math.max(0, Math.floor(blocks)) * blockSize * mappings(facts);
  return {
    mappable: mapped(free),
    mappableAbove: (fraction) => mapped(free - (total / METADATA_BLOCK) * fraction),
  };
}

function mappings(facts: Facts): number {
  const release = facts.first('system', (system) => system.kernel !== undefined)?.value.kernel;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release ?? '')?.map(Number) ?? [];
  const recent = major !== undefined && minor !== undefined && (major > 5 || (major === 5 && minor >= 13));
  return recent ? MAPPINGS.twoThirds : MAPPINGS.half;
}
