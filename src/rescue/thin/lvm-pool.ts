import type { BlockReader } from '../../formats/block-reader.ts';
import { type Damage, FormatError } from '../../formats/format-error.ts';
import { logicalVolume } from '../../formats/lvm2/logical-volume.ts';
import { openGroups } from '../../formats/lvm2/open-group.ts';
import { thinPools } from '../../formats/lvm2/thin-pools.ts';
import { UllageError } from '../../host/host.ts';
import type { DeviceName } from './device-names.ts';

/**
 * The thin pool on the given disks.
 * @param wanted `VG/POOL`; needed where there are several
 * @throws UllageError where there is none, or more than one
 */
export function lvmPool(
  disks: readonly BlockReader[],
  wanted: string | undefined,
): { metadata: BlockReader; data: BlockReader; names: Map<number, DeviceName>; damage: Damage[] } {
  const damage: Damage[] = [];
  const source = disks.map(({ name }) => name).join(', ');
  const pools = openGroups(disks, damage).flatMap(({ group, volumes }) =>
    thinPools(group).map((pool) => ({ group, volumes, pool, name: `${group.name}/${pool.name}` })),
  );
  const names = pools.map(({ name }) => name).join(', ');
  const fitting = wanted === undefined ? pools : pools.filter(({ name }) => name === wanted);
  const [found, second] = fitting;
  if (!found)
    throw new UllageError(
      wanted === undefined ? 'no LVM thin pool on it' : `no LVM thin pool ${wanted} on it`,
      source,
      damage[0]
        ? `Its LVM metadata is damaged: ${damage[0].what} at byte ${damage[0].offset}. Give the pool's metadata with --metadata`
        : names
          ? `There are ${names}`
          : 'Name the disk that holds the pool',
    );
  if (second) throw new UllageError('more than one thin pool on it', source, `Choose with --pool: ${names}`);
  const { group, volumes, pool } = found;
  try {
    return {
      metadata: logicalVolume(group, pool.metadata, volumes, source),
      data: logicalVolume(group, pool.data, volumes, source),
      names: new Map(pool.volumes.map(({ id, name, size }) => [id, { name: `${group.name}/${name}`, size }])),
      damage,
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UllageError(error.what, error.source, error.detail || 'Give the pool’s metadata with --metadata', {
      cause: error,
    });
  }
}
