import type { Facts } from '../probes/fact.ts';
import type { BtrfsView } from './btrfs-view.ts';
import type { CarryContext } from './carry.ts';
import { btrfsOf } from './file-system-layer.ts';
import { headroomOfLayer } from './headroom-of-layer.ts';
import type { Headroom, Stack } from './layer.ts';
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
      list.push(headroomOfLayer(layer, context));
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
