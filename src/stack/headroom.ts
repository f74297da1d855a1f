import type { Facts } from '../probes/fact.ts';
import type { BtrfsView } from './btrfs-view.ts';
import { type CarryContext, carry, resource } from './carry.ts';
import { btrfsOf } from './file-system-layer.ts';
import type { Headroom, Layer, Stack } from './layer.ts';
import { type MountedFs, mountedFileSystems } from './mounts.ts';
import { poolLimits } from './thin-metadata.ts';
import { thinPools } from './thin-view.ts';

/** Headroom of everyone who writes: each engine's store, containers with a volume of their own, file systems. */
/**
 * @param instead btrfs file systems by layer id as they will be: what a cure is to bring is computed
 *   with the same arithmetic as what is there
 */
export function headroomOf(
  stack: Stack,
  facts: Facts,
  instead: ReadonlyMap<string, BtrfsView> = new Map(),
): Headroom[] {
  const fileSystems = mountedFileSystems(facts);
  const layers = new Map(stack.layers.map((layer) => [layer.id, layer]));
  const context: CarryContext = {
    layers,
    btrfs: new Map([...btrfsViews(stack, facts, fileSystems), ...instead]),
    pools: new Map(thinPools(facts).map((pool) => [`pool:${pool.name}`, poolLimits(pool, facts)])),
  };
  const carried = new Set<string>();
  const list: Headroom[] = [];
  for (const kind of ['volume', 'store', 'container', 'file-system'] as const) {
    for (const layer of stack.layers) {
      if (layer.kind !== kind || (kind === 'file-system' && carried.has(layer.id))) continue;
      if (kind === 'store' || kind === 'container')
        for (const id of layer.on) if (id.startsWith('fs:')) carried.add(id);
      list.push(headroom(layer, context));
    }
  }
  return list;
}

function btrfsViews(stack: Stack, facts: Facts, fileSystems: readonly MountedFs[]): CarryContext['btrfs'] {
  const views = new Map<string, NonNullable<ReturnType<typeof btrfsOf>>>();
  for (const layer of stack.layers) {
    if (layer.kind !== 'file-system' || layer.storage !== 'btrfs') continue;
    const fs = fileSystems.find((one) => one.mountpoint === layer.path) ?? {
      mountpoint: layer.path ?? 'btrfs',
      alsoAt: [],
      source: '',
      options: [],
      resolution: 0,
      facts: [],
    };
    const view = btrfsOf(facts, fs);
    if (view) views.set(layer.id, view);
  }
  return views;
}

function headroom(layer: Layer, context: CarryContext): Headroom {
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
