import { surveyPool } from '../formats/dm-thin/survey.ts';
import type { StoredContainer } from '../formats/docker-store/containers.ts';
import { chainIds, readLayer } from '../formats/docker-store/images.ts';
import type { FileTree } from '../formats/file-tree.ts';
import { messageOf } from './copy-tree.ts';
import type { RescueSource } from './source.ts';

/** What `ullage rescue ls --json` prints. Sizes are bytes. */
export interface RescueList {
  version: 1;
  source: string;
  driver: string;
  images: {
    id: string;
    tags: string[];
    created?: string;
    lastUsed?: string;
    layers: number;
    /** of its layers' files, as Docker counted them; absent where a record is lost */
    size?: number;
    /** `whole`: every layer is there; else what is not */
    health: string;
  }[];
  containers: {
    id: string;
    name: string;
    image?: string;
    created?: string;
    /** when it last stopped or, still running when the machine stopped, started */
    lastUsed?: string;
    running: boolean;
    /** in the pool: mapped by its device, and by no other device */
    mapped?: number;
    exclusive?: number;
    /** `whole`: its file system opens; else what is wrong */
    health: string;
  }[];
  /** thin devices */
  devices: { id: number; name?: string; size?: number; mapped: number; exclusive: number }[];
  fileSystem?: { format: string; label: string; uuid: string; bytes: number; freeBytes: number };
  notes: string[];
  damage: string[];
}

const MOST_DAMAGE = 100;

export function listSource(source: RescueSource): RescueList {
  const { thin, tree } = source;
  const survey = thin ? surveyPool(thin.source.metadata, thin.source.superblock) : undefined;
  const blockSize = thin?.source.superblock.blockSize ?? 0;
  const uses = new Map(survey?.devices.map((use) => [use.id, use]));
  const damage = [...source.damage, ...(survey?.damage ?? [])].map(
    ({ what, source: at, lost }) => `${what}: ${lost ?? at}`,
  );
  return {
    version: 1,
    source: source.name,
    driver: source.driver,
    images: source.images.map((image) => ({
      id: image.id,
      tags: image.tags,
      ...(image.created ? { created: image.created } : {}),
      ...(image.lastUsed ? { lastUsed: image.lastUsed } : {}),
      ...layersOf(source, image.diffIds),
    })),
    containers: source.containers.map((one) => {
      const id = one.mountId === undefined ? undefined : thin?.idOf(one.mountId);
      const use = id === undefined ? undefined : uses.get(id);
      const lastUsed = one.running ? one.started : (one.finished ?? one.started);
      const image = one.imageName ?? one.image;
      return {
        id: one.id,
        name: one.name,
        ...(image ? { image } : {}),
        ...(one.created ? { created: one.created } : {}),
        ...(lastUsed ? { lastUsed } : {}),
        running: one.running,
        ...(use ? { mapped: use.mapped * blockSize, exclusive: use.exclusive * blockSize } : {}),
        health:
          one.mountId === undefined
            ? 'the record of its writable layer is lost'
            : healthOf(source, { ...one, mountId: one.mountId }),
      };
    }),
    devices: [...uses.values()].map(({ id, mapped, exclusive }) => {
      const named = thin?.source.names.get(id);
      return {
        id,
        ...(named ? { name: named.name } : {}),
        ...(named?.size === undefined ? {} : { size: named.size }),
        mapped: mapped * blockSize,
        exclusive: exclusive * blockSize,
      };
    }),
    ...(tree ? { fileSystem: fileSystemOf(tree) } : {}),
    notes: source.notes,
    damage: damage.slice(0, MOST_DAMAGE),
  };
}

function layersOf(source: RescueSource, diffIds: readonly string[]): { layers: number; size?: number; health: string } {
  const { files, driver, thin } = source;
  let size: number | undefined = 0;
  const missing: string[] = [];
  for (const chain of chainIds(diffIds)) {
    const layer = files && readLayer(files, driver, chain);
    if (!layer) missing.push(`the record of layer ${chain.slice(7, 19)} is lost`);
    else if (thin && thin.idOf(layer.cacheId) === undefined)
      missing.push(`the device of layer ${layer.cacheId.slice(0, 12)} is not known`);
    else if (!thin && !isLayerThere(source, layer.cacheId))
      missing.push(`the files of layer ${layer.cacheId.slice(0, 12)} are missing`);
    size = layer?.size === undefined || size === undefined ? undefined : size + layer.size;
  }
  return {
    layers: diffIds.length,
    ...(size === undefined ? {} : { size }),
    health: missing.length === 0 ? 'whole' : missing.join('; '),
  };
}

function isLayerThere(source: RescueSource, name: string): boolean {
  try {
    source.layer(name);
    return true;
  } catch (error) {
    messageOf(error);
    return false;
  }
}

/** Opens the file system of a container and its top directory: what the first look would meet. */
function healthOf(source: RescueSource, container: StoredContainer & { mountId: string }): string {
  try {
    // to put a union together all its attributes are read: whether its layers are there is enough here
    if (source.union) return source.union(container).missing[0] ?? 'whole';
    const { tree, top } = source.layer(container.mountId);
    const problems: string[] = [];
    for (const _ of tree.entries(tree.node(top), ({ what }) => problems.push(what)));
    const [note] = tree.state.log === 'stale' ? tree.state.notes : [];
    return problems[0] ?? note ?? 'whole';
  } catch (error) {
    return messageOf(error);
  }
}

function fileSystemOf({ format, label, uuid, usage }: FileTree): NonNullable<RescueList['fileSystem']> {
  return { format, label, uuid, bytes: usage.bytes, freeBytes: usage.freeBytes };
}
