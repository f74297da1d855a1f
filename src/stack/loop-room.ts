import type { Layer } from './layer.ts';

/** What is left free of the file system below, beside everything the loop files promise: a twentieth. */
export const KEPT_FREE = 0.05;

/**
 * Bytes by which a pool in loop files can grow where it is: what the file system below has beyond what the files may take
 * already. 0 where there is none; undefined where it is no such pool, or it is not known.
 */
export function roomBelowLoop(pool: Layer, layers: readonly Layer[]): number | undefined {
  if (pool.kind !== 'thin-pool' || pool.storage !== 'loop-lvm') return undefined;
  const below = pool.on.flatMap((id) => layers.filter((one) => one.id === id));
  const under = below.flatMap((one) => (one.kind === 'loop' ? layers.filter(({ id }) => one.on.includes(id)) : [one]));
  const disk = under
    .find((one) => one.kind === 'file-system')
    ?.resources.find((one) => one.name === 'bytes' && one.unit === 'bytes');
  const data = pool.resources.find((one) => one.name === 'data');
  if (disk?.free === undefined || data?.free === undefined) return undefined;
  const promised = data.free + (pool.resources.find((one) => one.name === 'metadata')?.free ?? 0);
  return Math.max(0, disk.free - promised - KEPT_FREE * (disk.capacity ?? disk.free));
}
