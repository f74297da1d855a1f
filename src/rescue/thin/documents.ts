import type { PoolCheck } from '../../formats/dm-thin/check.ts';
import type { Superblock } from '../../formats/dm-thin/superblock.ts';
import { type DeviceUse, surveyPool } from '../../formats/dm-thin/survey.ts';
import type { Damage } from '../../formats/format-error.ts';
import type { DeviceName } from './device-names.ts';
import type { ThinSource } from './open-pool.ts';

/** A pool's superblock, for people and programs. Sizes in bytes unless they are blocks. */
export interface ThinPoolFacts {
  blockSize: number;
  dataBlocks: number;
  dataBlocksUsed: number;
  /** of 4 KiB */
  metadataBlocks: number;
  metadataBlocksUsed: number;
  transaction: number;
  time: number;
  needsCheck: boolean;
  /** block of the metadata snapshot, 0 without one */
  heldRoot: number;
}

/** A thin device; `mapped`, `exclusive` and `shared` are data blocks, `size` bytes. */
export interface ThinDeviceFacts {
  id: number;
  name?: string;
  hash?: string;
  size?: number;
  deleted?: boolean;
  mapped: number;
  /** in no other device */
  exclusive: number;
  shared: number;
  transaction?: number;
  created?: number;
  snapped?: number;
}

/** What `ullage thin ls --json` prints. */
export interface ThinList {
  version: 1;
  source: string;
  pool: ThinPoolFacts;
  devices: ThinDeviceFacts[];
  /** what could not be read; counts are without it */
  damage: Damage[];
  /** damage that is not listed */
  moreDamage: number;
}

/** What `ullage thin check --json` prints. `exclusive` and `shared` of devices are only counted with --ls. */
export interface ThinCheck extends ThinList {
  state: PoolCheck['state'];
  dataMap: PoolCheck['dataMap'];
  metadataMap: PoolCheck['metadataMap'];
}

export function listThinPool(source: ThinSource): ThinList {
  const { devices, damage, more } = surveyPool(source.metadata, source.superblock);
  return listOf(source, devices, damage, more);
}

export function listOf(source: ThinSource, devices: readonly DeviceUse[], damage: Damage[], more: number): ThinList {
  return {
    version: 1,
    source: source.metadata.name,
    pool: poolFacts(source.superblock),
    devices: devices.map((device) => deviceFacts(device, source.names.get(device.id))),
    damage: [...source.damage, ...damage],
    moreDamage: more,
  };
}

function poolFacts(superblock: Superblock): ThinPoolFacts {
  const { blockSize, data, metadata, transaction, time, needsCheck, heldRoot } = superblock;
  return {
    blockSize,
    dataBlocks: data.blocks,
    dataBlocksUsed: data.allocated,
    metadataBlocks: metadata.blocks,
    metadataBlocksUsed: metadata.allocated,
    transaction,
    time,
    needsCheck,
    heldRoot,
  };
}

function deviceFacts(use: DeviceUse, name: DeviceName | undefined): ThinDeviceFacts {
  const { id, mapped, exclusive, shared, details } = use;
  return {
    id,
    ...name,
    mapped,
    exclusive,
    shared,
    ...(details && { transaction: details.transaction, created: details.created, snapped: details.snapped }),
  };
}
