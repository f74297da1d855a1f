import type { Headroom, Layer, ResourceName } from '../../stack/layer.ts';

/** What a thin pool's end is called, by what ends. */
const OF_POOL: Partial<Record<ResourceName, string>> = {
  data: 'dm-thin-data-full',
  metadata: 'dm-thin-metadata-full',
  'minimum free space': 'docker-dm-min-free-space',
};

/** The same of btrfs. Which of its chunks lacks the last unallocated byte is not known before. */
const OF_BTRFS: Partial<Record<ResourceName, string>> = {
  data: 'btrfs-all-allocated-data-full',
  metadata: 'btrfs-metadata-exhausted',
};

/**
 * The id of the cause that the doctor will find when this headroom is used up; undefined where what ends
 * does not say it by itself.
 */
export function foreseenCause(headroom: Headroom, layers: readonly Layer[]): string | undefined {
  const { stoppedBy } = headroom;
  const layer = layers.find((one) => one.id === stoppedBy?.layer);
  if (!stoppedBy || !layer) return undefined;
  if (layer.kind === 'thin-pool') return OF_POOL[stoppedBy.resource];
  if (layer.kind !== 'file-system') return undefined;
  if (layer.storage === 'btrfs') return OF_BTRFS[stoppedBy.resource];
  if (stoppedBy.resource !== 'bytes' || layer.storage === 'tmpfs') return undefined;
  const passed = kindsAbove(headroom.layer, layer.id, layers);
  if (passed.has('loop')) return 'loop-file-on-full-backing-fs';
  const onThin = layer.on.some((id) => layers.some((one) => one.id === id && one.kind === 'thin-volume'));
  return onThin ? undefined : 'plain-fs-full';
}

/** Kinds of the layers on a way from one down to another. */
function kindsAbove(from: string, to: string, layers: readonly Layer[]): Set<Layer['kind']> {
  const leads = (id: string, seen: ReadonlySet<string>): Set<Layer['kind']> | undefined => {
    if (id === to) return new Set();
    const layer = layers.find((one) => one.id === id);
    if (!layer || seen.has(id)) return undefined;
    for (const below of layer.on) {
      const rest = leads(below, new Set([...seen, id]));
      if (rest) return rest.add(layer.kind);
    }
    return undefined;
  };
  return leads(from, new Set()) ?? new Set();
}
