import { type Entry, entryOf, listEntries } from '../../host/tree-files.ts';
import { Carver } from '../carver.ts';
import type { Holder } from '../ledger.ts';
import { settledBefore } from '../quiet-since.ts';
import { type ContainerRecord, readContainers } from './containers.ts';
import { addThinLayers } from './devicemapper.ts';
import type { DockerLook } from './docker-look.ts';
import { LAYER_DIRECTORIES, OF_BUILDKIT, OF_LAYER_STORE } from './drivers.ts';
import { type ImageRecord, readImages } from './images.ts';
import { type LayerRecords, readLayerRecords } from './layer-records.ts';
import { unnamedOf } from './unnamed.ts';

/** Whether a directory is the data root of a dockerd. */
export function isDockerRoot(path: string): boolean {
  return (
    entryOf(`${path}/containers`)?.kind === 'directory' &&
    ['image', 'volumes', 'network', 'engine-id'].filter((name) => entryOf(`${path}/${name}`)).length >= 2
  );
}

export function lookAtDocker(
  root: string,
  now: number,
  settle = settledBefore,
  without?: ReadonlySet<string>,
): DockerLook {
  const carver = new Carver(without);
  const other = carver.add({ kind: 'other', id: root, name: "Docker's own records", path: root });
  const drivers = (listEntries(`${root}/image`) ?? []).flatMap(({ name, kind }) =>
    kind === 'directory' ? [name] : [],
  );
  const { containers, unclear } = readContainers(root);
  const look: DockerLook = {
    root,
    drivers,
    carver,
    holders: [],
    notJudged: [],
    warnings: unclear.map((path) => `${path}: could not be read, so the container is not named`),
    subvolumes: new Map(),
    layers: new Map(),
  };
  // what is there is listed before what is named: a layer that is made meanwhile is in neither
  const present = new Map(drivers.map((driver) => [driver, layerEntries(root, driver)]));
  for (const [driver, below] of LAYER_DIRECTORIES)
    if (!drivers.includes(driver) && layerEntries(root, driver).some(({ name }) => OF_LAYER_STORE.test(name)))
      look.notJudged.push({ what: `layers in ${root}/${below}`, why: `there is no ${root}/image/${driver}/layerdb` });
  const records = new Map<string, LayerRecords>();
  const images = new Map<string, ImageRecord[]>();
  for (const driver of drivers) {
    const found = readLayerRecords(`${root}/image/${driver}/layerdb`);
    if (!found) continue;
    records.set(driver, found);
    const { images: known, unclear: bad } = readImages(`${root}/image/${driver}`);
    images.set(driver, known);
    look.warnings.push(...bad.map((path) => `${path}: could not be read, so the image is not named`));
  }
  const stores = layerStores(look, present, records, now, settle);
  if (drivers.includes('devicemapper')) addThinLayers(look);
  carver.cut(root, other, topRule(look, containers, stores, other));
  for (const [driver, known] of images) look.holders.push(...imageHolders(known, records.get(driver), look));
  for (const container of containers) look.holders.push(containerHolder(container, look, records));
  return look;
}

function layerEntries(root: string, driver: string): Entry[] {
  const below = LAYER_DIRECTORIES.get(driver);
  return below === undefined ? [] : (listEntries(`${root}/${below}`) ?? []);
}

/** A store for each layer that is there; by the path of its directory. */
function layerStores(
  look: DockerLook,
  present: ReadonlyMap<string, Entry[]>,
  records: ReadonlyMap<string, LayerRecords>,
  now: number,
  settle: typeof settledBefore,
): Map<string, number> {
  const stores = new Map<string, number>();
  for (const [driver, entries] of present) {
    const below = LAYER_DIRECTORIES.get(driver);
    if (below === undefined) {
      if (driver !== 'devicemapper')
        look.notJudged.push({ what: `layers of ${driver} in ${look.root}`, why: 'this driver is not known here' });
      continue;
    }
    const found = records.get(driver);
    const kinds = new Map<string, string>();
    const sealed = new Map<string, string>();
    for (const { chain, cacheId, removing } of found?.layers ?? []) {
      kinds.set(cacheId, removing ? 'being removed' : '');
      if (!removing) sealed.set(cacheId, `${driver} ${chain} ${cacheId}`);
    }
    for (const { mountId, initId } of found?.mounts ?? []) {
      kinds.set(mountId, 'writable');
      kinds.set(initId ?? `${mountId}-init`, 'init');
      sealed.delete(mountId);
    }
    const unnamed = unnamedOf({
      root: look.root,
      driver,
      below,
      entries,
      records: found,
      now,
      settle,
      notJudged: look.notJudged,
    });
    for (const { name, kind, changed } of entries) {
      if (kind !== 'directory' || name === 'l') continue;
      const path = `${look.root}/${below}/${name}`;
      const state = kinds.get(name);
      const proof = unnamed.get(name);
      const key = sealed.get(name);
      const isCache = state === undefined && OF_BUILDKIT.test(name);
      const store = look.carver.add({
        kind: isCache ? 'cache' : 'layer',
        id: name,
        name: '',
        path,
        ...(driver === 'btrfs' ? {} : { changed }),
        ...(state ? { state } : {}),
        ...(key === undefined ? {} : { sealed: key }),
        ...(proof === undefined ? {} : { changed, ...proof }),
      });
      stores.set(path, store);
      look.layers.set(name, store);
      if (driver === 'btrfs') look.subvolumes.set(path, store);
    }
    for (const set of found?.writeSets ?? []) {
      const proof = unnamed.get(set.name);
      if (proof === undefined) continue;
      const store = look.carver.add({
        kind: 'other',
        id: set.name,
        name: '',
        path: set.path,
        changed: set.changed,
        ...proof,
      });
      stores.set(set.path, store);
    }
  }
  return stores;
}

/** Where each part of the data root goes. */
function topRule(
  look: DockerLook,
  containers: readonly ContainerRecord[],
  layers: ReadonlyMap<string, number>,
  other: number,
) {
  const { carver, root } = look;
  const byId = new Map(containers.map((one) => [one.id, one]));
  let cache: number | undefined;
  const layerRule = (entry: Entry, path: string) =>
    layers.get(`${path}/${entry.name}`) ?? descend(`${path}/${entry.name}`);
  /** towards the layers, and towards write sets that were left behind */
  const wanted = [...layers.keys()];
  const descend = (path: string) => (wanted.some((one) => one.startsWith(`${path}/`)) ? layerRule : other);
  return (entry: Entry) => {
    const path = `${root}/${entry.name}`;
    switch (entry.name) {
      case 'volumes':
        return (one: Entry, at: string) => {
          if (one.kind !== 'directory') return other;
          const store = carver.add({ kind: 'volume', id: one.name, name: one.name, path: `${at}/${one.name}` });
          return store;
        };
      case 'containers':
        return (one: Entry, at: string) => {
          if (one.kind !== 'directory' || at !== path) return other;
          return containerRule(look, one, `${at}/${one.name}`, byId.get(one.name)?.name ?? '');
        };
      case 'buildkit':
        cache ??= carver.add({ kind: 'cache', id: 'buildkit', name: 'build cache: records and blobs', path });
        return cache;
      default:
        return descend(path);
    }
  };
}

/** A container's directory: its log, and the rest. */
function containerRule({ carver, layers }: DockerLook, { name: id }: Entry, path: string, name: string) {
  const files = carver.add({ kind: 'other', id: `${id}/files`, name: `files of ${name || id.slice(0, 12)}`, path });
  layers.set(`files:${id}`, files);
  let log: number | undefined;
  return (entry: Entry) => {
    if (!/^(?:.+-json\.log(?:\.\d+)?(?:\.gz)?|local-logs)$/.test(entry.name)) return files;
    if (log === undefined) {
      log = carver.add({ kind: 'log', id: `${id}/log`, name: name || id.slice(0, 12), path: `${path}/${entry.name}` });
      layers.set(`log:${id}`, log);
    }
    return log;
  };
}

function imageHolders(images: readonly ImageRecord[], records: LayerRecords | undefined, look: DockerLook): Holder[] {
  const byChain = new Map(records?.layers.map(({ chain, cacheId }) => [chain, cacheId]));
  return images.map(({ id, names, chains, created }) => ({
    kind: 'image',
    id,
    name: names.join(', ') || '<none>',
    stores: [...new Set(chains.flatMap((chain) => storeOfLayer(look, byChain.get(chain))))],
    ...(created === undefined ? {} : { created }),
  }));
}

function containerHolder(container: ContainerRecord, look: DockerLook, all: ReadonlyMap<string, LayerRecords>): Holder {
  const { id, name, state, created, lastUsed } = container;
  const stores = [look.layers.get(`files:${id}`), look.layers.get(`log:${id}`)].filter((one) => one !== undefined);
  for (const records of all.values()) {
    const mount = records.mounts.find((one) => one.container === id);
    if (!mount) continue;
    stores.push(...storeOfLayer(look, mount.mountId), ...storeOfLayer(look, mount.initId ?? `${mount.mountId}-init`));
    const byChain = new Map(records.layers.map((layer) => [layer.chain, layer]));
    // the image's layers, which it needs as well: an image deleted by force leaves them to it
    for (let chain = mount.parent, depth = 0; chain !== undefined && depth < 1000; depth++) {
      const layer = byChain.get(chain);
      stores.push(...storeOfLayer(look, layer?.cacheId));
      chain = layer?.parent;
    }
  }
  return {
    kind: 'container',
    id,
    name: name || id.slice(0, 12),
    // parents may run in a ring
    stores: [...new Set(stores)],
    state,
    ...(created === undefined ? {} : { created }),
    ...(lastUsed === undefined ? {} : { lastUsed }),
  };
}

function storeOfLayer(look: DockerLook, name: string | undefined): number[] {
  const store = name === undefined ? undefined : look.layers.get(name);
  return store === undefined ? [] : [store];
}
