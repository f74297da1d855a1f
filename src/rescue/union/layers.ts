import type { StoredContainer } from '../../formats/docker-store/containers.ts';
import { readLayer } from '../../formats/docker-store/images.ts';
import { readWord } from '../../formats/docker-store/json.ts';
import type { TreePart } from '../../formats/file-tree.ts';
import type { StoreFiles } from '../../formats/store-files.ts';
import { UllageError } from '../../host/host.ts';
import type { StorePlace } from '../place.ts';
import { mergedTree } from './merged-tree.ts';

/** `lower` of overlay2 has at most 128 names of 28 bytes; aufs took as many layers */
const LONGEST = 64 * 1024;

/** Drivers whose containers are put together from layers as they are mounted. */
export const isUnion = (driver: string): boolean => ['overlay2', 'fuse-overlayfs', 'overlay', 'aufs'].includes(driver);

/**
 * A container's root file system out of its layers.
 * @throws UllageError where its own layer is missing; of others it is damage of the root directory
 */
export function unionOf(
  place: StorePlace,
  driver: string,
  container: StoredContainer & { mountId: string },
): { part: TreePart; missing: string[] } {
  const missing: string[] = [];
  const layers: TreePart[] = [];
  for (const path of pathsOf(place.files, driver, container, missing)) {
    const part = place.part(path);
    if (part) layers.push(part);
    else if (layers.length === 0)
      throw new UllageError(
        'the container’s own layer is missing',
        `${place.files.name}/${path}`,
        'Its image can be taken with ullage rescue image',
      );
    else missing.push(`a layer is missing, and all that only it has: ${path}`);
  }
  const namesHide = driver === 'aufs' || driver === 'fuse-overlayfs';
  return { part: mergedTree(layers, { namesHide, missing }), missing };
}

/** Directories of a container's layers below the Docker root, the uppermost first. */
function pathsOf(
  files: StoreFiles,
  driver: string,
  container: StoredContainer & { mountId: string },
  missing: string[],
): string[] {
  const own = container.mountId;
  const read = (path: string): string | undefined => files.read(path, LONGEST)?.toString('utf8').trim();
  if (driver === 'overlay') {
    const lower = read(`overlay/${own}/lower-id`);
    if (lower === undefined) missing.push(`which layer lies below is not known: overlay/${own}/lower-id is lost`);
    return [`overlay/${own}/upper`, ...(safe(lower) ? [`overlay/${lower}/root`] : [])];
  }
  if (driver === 'aufs') {
    const parents = read(`aufs/layers/${own}`)?.split('\n').filter(safe) ?? recorded(files, driver, container, missing);
    return [own, ...parents].map((name) => `aufs/diff/${name}`);
  }
  const lower = read(`${driver}/${own}/lower`);
  const names = lower === undefined ? recorded(files, driver, container, missing) : [];
  if (lower !== undefined) {
    const byLink = links(files, driver);
    for (const one of lower.split(':')) {
      const name = byLink.get(one.replace(/^l\//, ''));
      if (name === undefined) missing.push(`a layer is missing, and all that only it has: ${driver}/${one}`);
      else names.push(name);
    }
  }
  return [own, ...names].map((name) => `${driver}/${name}/diff`);
}

/** Short names of layers as `lower` has them; the symlinks in `l` say the same, and are not followed. */
function links(files: StoreFiles, driver: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of files.list(driver)) {
    const link = safe(name) ? readWord(files, `${driver}/${name}/link`) : undefined;
    if (link !== undefined) found.set(link, name);
  }
  return found;
}

/** The layers below as the image's records have them, where the driver's own list is lost. */
function recorded(files: StoreFiles, driver: string, container: StoredContainer, missing: string[]): string[] {
  const names = container.initId === undefined ? [] : [container.initId];
  const seen = new Set<string>();
  for (let chain = container.parent; chain !== undefined && /^sha256:[0-9a-f]{64}$/.test(chain) && !seen.has(chain); ) {
    seen.add(chain);
    const layer = readLayer(files, driver, chain);
    if (!layer) {
      missing.push(`the record of a layer is lost, and what lies below it: ${chain.slice(7, 19)}`);
      break;
    }
    names.push(layer.cacheId);
    chain = layer.parent;
  }
  if (container.parent === undefined) missing.push('which layers lie below is not known: their records are lost');
  return names;
}

const safe = (name: string | undefined): name is string => name !== undefined && /^[0-9A-Za-z_-]+$/.test(name);
