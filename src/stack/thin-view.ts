import type { Fact, Facts } from '../probes/fact.ts';
import { bytesOfStatus, poolFacts } from './thin-facts.ts';

const SECTOR = 512;
/** dm-thin metadata block, bytes (THIN_METADATA_BLOCK_SIZE, drivers/md/dm-thin-metadata.h). */
const METADATA_BLOCK = 4096;

/** A thin pool, merged from dmsetup status and table, lvs and docker info. Bytes. */
export interface ThinPoolView {
  /** device-mapper name where known, else VG/LV or Docker's pool name */
  name: string;
  dataUsed?: number;
  dataTotal?: number;
  metadataUsed?: number;
  metadataTotal?: number;
  blockSize?: number;
  mode?: 'rw' | 'ro' | 'out_of_data_space' | 'failed';
  whenFull?: 'queue' | 'error';
  needsCheck?: boolean;
  /** `major:minor` or path of the data device */
  dataDevice?: string;
  metadataDevice?: string;
  /** the sparse file of a loop-lvm pool */
  dataLoopFile?: string;
  /** Docker refuses new containers and images below this */
  minimumFree?: number;
  vg?: string;
  lv?: string;
  monitored?: boolean;
  resolution: number;
  facts: Fact[];
}

export function thinPools(facts: Facts): ThinPoolView[] {
  return poolFacts(facts).map(({ name, dmName, table, statuses, lvs, docker }) => {
    const pool: ThinPoolView = { name: dmName ?? name, resolution: 0, facts: [] };
    if (table) fromTable(pool, table);
    for (const fact of statuses) fromStatus(pool, fact, table);
    for (const fact of lvs) fromLv(pool, fact);
    for (const fact of docker) fromDocker(pool, fact);
    return pool;
  });
}

function fromTable(pool: ThinPoolView, fact: Fact<'dm-table'>): void {
  const { thinPool } = fact.value;
  if (!thinPool) return;
  pool.blockSize = thinPool.blockSectors * SECTOR;
  pool.dataDevice = thinPool.dataDevice;
  pool.metadataDevice = thinPool.metadataDevice;
  pool.facts.push(fact);
}

function fromStatus(pool: ThinPoolView, fact: Fact<'dm-status'>, table: Fact<'dm-table'> | undefined): void {
  pool.facts.push(fact);
  if (fact.value.failed) {
    pool.mode = 'failed';
    return;
  }
  const { thinPool } = fact.value;
  if (!thinPool) return;
  Object.assign(pool, bytesOfStatus(fact.value, table?.value));
  pool.metadataUsed = thinPool.usedMetadata * METADATA_BLOCK;
  pool.metadataTotal = thinPool.totalMetadata * METADATA_BLOCK;
  pool.mode = thinPool.mode;
  pool.whenFull = thinPool.whenFull;
  pool.needsCheck = thinPool.needsCheck;
}

function fromLv(pool: ThinPoolView, fact: Fact<'lv'>): void {
  const lv = fact.value;
  if (lv.vg !== '') pool.vg = lv.vg;
  pool.lv = lv.name;
  pool.facts.push(fact);
  if (lv.monitor !== undefined && lv.monitor !== '') pool.monitored = lv.monitor === 'monitored';
  if (lv.chunkSize !== undefined) pool.blockSize ??= lv.chunkSize;
  // volume health (lvs(8)): failed, metadata read only
  if (lv.attr?.[8] === 'F') pool.mode ??= 'failed';
  if (lv.attr?.[8] === 'M') pool.mode ??= 'ro';
  if (pool.dataTotal === undefined && lv.size !== undefined) {
    pool.dataTotal = lv.size;
    // lvs prints two decimals of a percent
    if (lv.dataPercent !== undefined) pool.dataUsed = Math.round((lv.size * lv.dataPercent) / 100);
    pool.resolution = Math.max(lv.resolution ?? 0, lv.size * 0.00005);
  }
  if (pool.metadataTotal === undefined && lv.metadataSize !== undefined) {
    pool.metadataTotal = lv.metadataSize;
    if (lv.metadataPercent !== undefined) pool.metadataUsed = Math.round((lv.metadataSize * lv.metadataPercent) / 100);
  }
}

function fromDocker(pool: ThinPoolView, fact: Fact<'docker-dm'>): void {
  const info = fact.value;
  pool.facts.push(fact);
  if (info.minimumFree !== undefined) pool.minimumFree = info.minimumFree;
  if (info.dataLoopFile !== undefined) pool.dataLoopFile = info.dataLoopFile;
  if (info.dataFile) pool.dataDevice ??= info.dataFile;
  if (info.metadataFile) pool.metadataDevice ??= info.metadataFile;
  if (info.blockSize !== undefined) pool.blockSize ??= info.blockSize;
  if (pool.dataTotal === undefined && info.dataTotal !== undefined) {
    pool.dataTotal = info.dataTotal;
    if (info.dataUsed !== undefined) pool.dataUsed = info.dataUsed;
    pool.resolution = Math.max(pool.resolution, info.resolution ?? 0);
  }
  if (pool.metadataTotal === undefined && info.metadataTotal !== undefined) {
    pool.metadataTotal = info.metadataTotal;
    if (info.metadataUsed !== undefined) pool.metadataUsed = info.metadataUsed;
  }
}

/**
 * By how much dmeventd will really grow the pool: whole steps of `percent` of its size while the
 * VG has the extents (lvmthin(7), dmeventd(8)); 0 when it cannot do even one.
 */
export function autoextendRoom(
  size: number,
  vgFree: number,
  threshold: number | undefined,
  percent: number | undefined,
): number {
  if (threshold === undefined || threshold >= 100 || percent === undefined || percent <= 0) return 0;
  let grown = 0;
  for (let guard = 0; guard < 200; guard++) {
    const step = ((size + grown) * percent) / 100;
    if (grown + step > vgFree) break;
    grown += step;
  }
  return Math.floor(grown);
}
