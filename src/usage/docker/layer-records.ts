import { entryOf, namesIn as namesOf, textOf } from '../../host/tree-files.ts';
import { OF_BUILDKIT, OF_LAYER_STORE } from './drivers.ts';

/** A read-only layer as Docker's layer store has it (moby layer/filestore.go). */
export interface LayerRecord {
  chain: string;
  /** name of its directory, subvolume or device */
  cacheId: string;
  parent?: string;
  /** being removed: only the directory's name is certain */
  removing: boolean;
}

/** A container's writable layer. */
export interface MountRecord {
  container: string;
  mountId: string;
  initId?: string;
  /** chain id of the image's top layer; absent of a container without an image */
  parent?: string;
}

/** Left or being made: a layer that is not written down yet. */
export interface WriteSet {
  name: string;
  path: string;
  changed: number;
  cacheId?: string;
}

export interface LayerRecords {
  layers: LayerRecord[];
  mounts: MountRecord[];
  writeSets: WriteSet[];
  /** records that could not be understood: then a name that is missing proves nothing */
  unclear: string[];
}

/** The records of `<root>/image/<driver>/layerdb`; undefined where there is none. */
export function readLayerRecords(layerdb: string): LayerRecords | undefined {
  if (entryOf(layerdb)?.kind !== 'directory') return undefined;
  const unclear: string[] = [];
  const layers: LayerRecord[] = [];
  const list = (path: string) => {
    const names = namesOf(path);
    // a store that never held any has no such directory; one that may not be read has
    if (names === undefined && entryOf(path) !== undefined) unclear.push(path);
    return [...new Set(names)].flatMap((name) => {
      const entry = entryOf(`${path}/${name}`);
      // its name or its inode is damaged, or it was moved elsewhere: what it says is not known
      if (!entry || entry.kind === 'link') unclear.push(`${path}/${name}`);
      return entry ?? [];
    });
  };
  for (const algorithm of list(layerdb)) {
    if (algorithm.name === 'mounts' || algorithm.name === 'tmp' || algorithm.kind !== 'directory') continue;
    for (const { name, kind } of list(`${layerdb}/${algorithm.name}`)) {
      if (kind !== 'directory') continue;
      const path = `${layerdb}/${algorithm.name}/${name}`;
      const removing = name.includes('-');
      const cacheId = layerName(`${path}/cache-id`);
      if (cacheId === undefined) {
        if (!removing && entryOf(path)) unclear.push(`${path}/cache-id`);
        continue;
      }
      const parent = word(`${path}/parent`);
      layers.push({ chain: `${algorithm.name}:${name}`, cacheId, removing, ...(parent ? { parent } : {}) });
    }
  }
  const mounts = list(`${layerdb}/mounts`).flatMap(({ name, kind }): MountRecord[] => {
    if (kind !== 'directory') return [];
    const path = `${layerdb}/mounts/${name}`;
    const mountId = layerName(`${path}/mount-id`);
    if (mountId === undefined) {
      if (entryOf(path)) unclear.push(`${path}/mount-id`);
      return [];
    }
    const initId = layerName(`${path}/init-id`);
    if (initId === undefined && entryOf(`${path}/init-id`)) unclear.push(`${path}/init-id`);
    const parent = word(`${path}/parent`);
    return [{ container: name, mountId, ...(initId ? { initId } : {}), ...(parent ? { parent } : {}) }];
  });
  const writeSets = list(`${layerdb}/tmp`).flatMap(({ name, kind, changed }): WriteSet[] => {
    if (kind !== 'directory') return [];
    const path = `${layerdb}/tmp/${name}`;
    const cacheId = layerName(`${path}/cache-id`);
    return [{ name, path, changed, ...(cacheId ? { cacheId } : {}) }];
  });
  return { layers, mounts, writeSets, unclear };
}

/** Every name that records give to something on disk. */
export function namesIn({ layers, mounts, writeSets }: LayerRecords): Set<string> {
  return new Set([
    ...layers.map(({ cacheId }) => cacheId),
    ...mounts.flatMap(({ mountId, initId }) => [mountId, initId ?? `${mountId}-init`]),
    ...writeSets.flatMap(({ cacheId }) => cacheId ?? []),
  ]);
}

/** A name as layers get it: zeros, as a power cut leaves them, or half of one would be the name of none. */
function layerName(path: string): string | undefined {
  const name = word(path);
  return name !== undefined && (OF_LAYER_STORE.test(name) || OF_BUILDKIT.test(name)) ? name : undefined;
}

/** A file of one word; undefined where it is missing, empty or more than that. */
function word(path: string): string | undefined {
  const text = textOf(path, 4096)?.trim();
  return text !== undefined && /^\S{1,300}$/.test(text) ? text : undefined;
}
