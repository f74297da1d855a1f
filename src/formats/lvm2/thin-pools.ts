import { type LogicalVolume, str, type VolumeGroup } from './volume-group.ts';

/** A thin pool as LVM describes it. */
export interface LvmThinPool {
  name: string;
  metadata: LogicalVolume;
  data: LogicalVolume;
  transaction: number;
  /** bytes of a data block */
  blockSize: number;
  /** thin volumes by device id; sizes in bytes */
  volumes: { id: number; name: string; size: number; transaction: number }[];
}

export function thinPools(group: VolumeGroup): LvmThinPool[] {
  const byName = new Map(group.logicalVolumes.map((volume) => [volume.name, volume]));
  return group.logicalVolumes.flatMap((pool) => {
    const segment = pool.segments.find(({ type }) => type === 'thin-pool');
    const metadata = byName.get(str(segment?.section['metadata']));
    const data = byName.get(str(segment?.section['pool']));
    if (!segment || !metadata || !data) return [];
    return [
      {
        name: pool.name,
        metadata,
        data,
        transaction: num(segment.section['transaction_id']),
        blockSize: num(segment.section['chunk_size']) * 512,
        volumes: group.logicalVolumes.flatMap((volume) => {
          const thin = volume.segments.find(
            ({ type, section }) => type === 'thin' && section['thin_pool'] === pool.name,
          );
          if (!thin) return [];
          return [
            {
              id: num(thin.section['device_id']),
              name: volume.name,
              size: volume.segments.reduce((sum, { extents }) => sum + extents, 0) * group.extentSize,
              transaction: num(thin.section['transaction_id']),
            },
          ];
        }),
      },
    ];
  });
}

function num(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
