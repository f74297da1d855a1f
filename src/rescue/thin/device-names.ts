import { readContainers } from '../../formats/docker-store/containers.ts';
import { readDevices } from '../../formats/docker-store/devices.ts';
import { chainIds, readImages, readLayers } from '../../formats/docker-store/images.ts';
import type { StoreFiles } from '../../formats/store-files.ts';

/** What an engine or LVM calls a thin device. */
export interface DeviceName {
  /** `container web`, `image busybox:1.36`, `layer 4fc3…`, `vg/home` */
  name: string;
  /** name in the driver's store: cache-id, mount-id, `base` */
  hash?: string;
  /** bytes */
  size?: number;
  /** the driver has deleted it, or is about to */
  deleted?: boolean;
}

const DRIVER = 'devicemapper';

/** Names of a Docker root's thin devices by their ids, from devicemapper/metadata and layerdb. */
export function dockerNames(files: StoreFiles): Map<number, DeviceName> {
  const what = namesByHash(files);
  const names = new Map<number, DeviceName>();
  for (const { hash, deviceId, size, deleted } of readDevices(files)) {
    const name = what.get(hash) ?? (hash === 'base' ? 'base device' : `unknown ${hash.slice(0, 12)}`);
    names.set(deviceId, { name, hash, size, ...(deleted ? { deleted } : {}) });
  }
  return names;
}

function namesByHash(files: StoreFiles): Map<string, string> {
  const names = new Map<string, string>();
  const tops = new Map<string, string>();
  const below = new Map<string, string>();
  for (const { id, tags, diffIds } of readImages(files, DRIVER, () => {})) {
    const name = tags[0] ?? id.slice(7, 19);
    const chain = chainIds(diffIds);
    for (const layer of chain.slice(0, -1)) if (!below.has(layer)) below.set(layer, name);
    const top = chain.at(-1);
    if (top && (!tops.has(top) || tags.length > 0)) tops.set(top, name);
  }
  for (const { chainId, cacheId } of readLayers(files, DRIVER)) {
    const image = tops.get(chainId);
    const part = below.get(chainId);
    names.set(cacheId, image ? `image ${image}` : part ? `layer of ${part}` : `layer ${chainId.slice(7, 19)}`);
  }
  for (const { name, mountId, initId } of readContainers(files, DRIVER)) {
    if (mountId) names.set(mountId, `container ${name}`);
    if (initId) names.set(initId, `container ${name}, its init layer`);
  }
  return names;
}
