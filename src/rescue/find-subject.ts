import type { StoredContainer } from '../formats/docker-store/containers.ts';
import type { StoredImage } from '../formats/docker-store/images.ts';
import type { TreePart } from '../formats/file-tree.ts';
import { UllageError } from '../host/host.ts';
import { rootOf } from './open-source.ts';
import type { RescueSource } from './source.ts';

/** By name, id or a beginning of the id that no other has, as Docker takes them. @throws UllageError */
export function findContainer(source: RescueSource, wanted: string): StoredContainer {
  const { containers } = source;
  const name = wanted.replace(/^\//, '');
  const exact = containers.filter((one) => one.name === name || one.id === wanted);
  const found = exact.length > 0 ? exact : containers.filter((one) => isId(wanted) && one.id.startsWith(wanted));
  return single(
    found,
    'container',
    wanted,
    containers.map((one) => one.name),
    source,
  );
}

/** By tag (`latest` where none is given), id or a beginning of it. @throws UllageError */
export function findImage(source: RescueSource, wanted: string): StoredImage {
  const { images } = source;
  const digits = wanted.replace(/^sha256:/, '');
  const tagged = /:[^/]+$/.test(wanted) ? wanted : `${wanted}:latest`;
  const exact = images.filter((one) => one.tags.includes(wanted) || one.tags.includes(tagged) || one.id === wanted);
  const found = exact.length > 0 ? exact : images.filter((one) => isId(digits) && one.id.slice(7).startsWith(digits));
  return single(
    found,
    'image',
    wanted,
    images.map((one) => one.tags[0] ?? one.id.slice(7, 19)),
    source,
  );
}

const isId = (text: string): boolean => /^[0-9a-f]{2,64}$/.test(text);

function single<T>(found: readonly T[], kind: string, wanted: string, all: readonly string[], source: RescueSource): T {
  const [one, second] = found;
  if (one !== undefined && second === undefined) return one;
  const some = all.slice(0, 20).join(', ');
  throw new UllageError(
    one === undefined ? `no such ${kind}` : `more than one ${kind} of that name`,
    `${wanted} in ${source.name}`,
    some === '' ? `No ${kind}s are known there: ullage rescue ls lists what is` : `There are: ${some}`,
  );
}

/**
 * The files that a subject names: a container, `device:ID` of a thin pool, `layer:NAME`, or `/` of
 * a plain file system.
 */
export function findFiles(
  source: RescueSource,
  wanted: string,
): { part: TreePart; subject: string; container?: StoredContainer } {
  const device = /^device:(\d{1,8})$/.exec(wanted)?.[1];
  if (device !== undefined) {
    if (!source.thin)
      throw new UllageError('no thin pool in it', source.name, 'device:ID names a device of a thin pool');
    return { part: rootOf(source.thin.tree(Number(device))), subject: `thin device ${device}` };
  }
  const layer = /^layer:([0-9A-Za-z_-]+)$/.exec(wanted)?.[1];
  if (layer !== undefined) return { part: source.layer(layer), subject: `layer ${layer}` };
  if (source.tree && source.containers.length === 0)
    return {
      part: { tree: source.tree, top: source.tree.root },
      subject: `file system ${source.tree.label || source.tree.uuid}`,
    };
  const container = findContainer(source, wanted);
  return { part: containerFiles(source, container), subject: `container ${container.name}`, container };
}

/** A container's whole root file system. @throws UllageError */
export function containerFiles(source: RescueSource, container: StoredContainer): TreePart {
  if (container.mountId === undefined)
    throw new UllageError(
      'the record of a container’s writable layer is lost',
      `layerdb/mounts/${container.id}`,
      'ullage rescue ls lists the devices; files SOURCE device:ID takes one',
    );
  const { mountId } = container;
  return source.union ? source.union({ ...container, mountId }).part : source.layer(mountId);
}
