import { type CarryContext, carry, resource } from './carry.ts';
import type { Headroom, Layer } from './layer.ts';

/** Headroom of whoever writes to this layer. */
export function headroomOfLayer(layer: Layer, context: CarryContext): Headroom {
  const room = carry(layer.id, context);
  const fs = nearestFileSystem(layer, context);
  const available = fs ? resource(fs, 'bytes')?.free : undefined;
  const inodes = fs ? resource(fs, 'inodes')?.free : undefined;
  const guard = poolGuard(layer, context);
  const base: Headroom = {
    consumer: layer.kind === 'container' ? layer.name : (layer.path ?? layer.name),
    layer: layer.id,
    ...(inodes === undefined ? {} : { inodes }),
    ...(available === undefined ? {} : { dfAvailable: available }),
  };
  if (room === undefined || !Number.isFinite(room.bytes)) {
    const why = unknownBelow(layer, context);
    return { ...base, unknown: why ?? { what: 'free space', run: `df -hT ${layer.path ?? '/'}` } };
  }
  if (guard && guard.left < room.bytes) {
    return {
      ...base,
      bytes: Math.max(0, guard.left),
      stoppedBy: {
        layer: guard.layer,
        resource: 'minimum free space',
        why: 'Docker refuses new containers and images below its minimum free space',
      },
    };
  }
  return {
    ...base,
    bytes: Math.floor(room.bytes),
    ...(Number.isFinite(room.rootBytes) && room.rootBytes > room.bytes
      ? { rootBytes: Math.floor(room.rootBytes - room.bytes) }
      : {}),
    ...(room.stoppedBy ? { stoppedBy: room.stoppedBy } : {}),
  };
}

/**
 * Docker's dm.min_free_space guards new containers and images (poolHasFreeSpace, deviceset.go), not running
 * writers: a percentage that must be free of the pool's data blocks, and of its metadata blocks as well.
 */
function poolGuard(layer: Layer, context: CarryContext): { left: number; layer: string } | undefined {
  if (layer.kind !== 'store') return undefined;
  for (const id of layer.on) {
    const pool = context.layers.get(id);
    const minimum = pool && resource(pool, 'minimum free space')?.capacity;
    const data = pool && resource(pool, 'data');
    if (!pool || minimum === undefined || data?.free === undefined) continue;
    const metadata = context.pools.get(pool.id)?.mappableAbove?.(minimum / (data.capacity || 1));
    return { left: Math.min(data.free - minimum, metadata ?? Number.POSITIVE_INFINITY), layer: pool.id };
  }
  return undefined;
}

function nearestFileSystem(layer: Layer, context: CarryContext): Layer | undefined {
  if (layer.kind === 'file-system') return layer;
  for (const id of layer.on) {
    const below = context.layers.get(id);
    if (below?.kind === 'file-system') return below;
  }
  return undefined;
}

function unknownBelow(layer: Layer, context: CarryContext, depth = 0): { what: string; run: string } | undefined {
  if (layer.unknown?.[0]) return layer.unknown[0];
  if (layer.kind === 'thin-pool' && resource(layer, 'data')?.free === undefined)
    return { what: 'used blocks of the thin pool', run: 'dmsetup status --noflush' };
  if (depth > 12) return undefined;
  for (const id of layer.on) {
    const below = context.layers.get(id);
    const why = below && unknownBelow(below, context, depth + 1);
    if (why) return why;
  }
  return undefined;
}
