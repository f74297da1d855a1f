import { type Entry, entryOf, listEntries } from '../../host/tree-files.ts';
import { Carver, type Rule } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import type { Holder, Ledger } from '../ledger.ts';
import type { LookOptions } from '../look-options.ts';
import { measure } from '../measure.ts';
import { withSubvolumes } from '../with-subvolumes.ts';
import { type Aside, judgeAsides, lockOfAside } from './aside.ts';
import { intermediates } from './intermediate.ts';
import { judgeLayers, type SeenLayer, type Witness } from './judge.ts';
import { driverName, layerDirectory, readStorage, runRoots, type StorageRecords } from './records.ts';

/** A layer's own files beside its directory: `<id>.tar-split.gz`, and a directory `<id>` for what is bigger. */
const OF_LAYER = /^([0-9a-f]{64})(?:\.tar-split\.gz)?$/;

/** Whether a directory is a graph root of containers/storage (Podman, Buildah, CRI-O). */
export function isStorageRoot(path: string): boolean {
  return (
    entryOf(`${path}/storage.lock`) !== undefined &&
    (listEntries(path) ?? []).some(({ name, kind }) => kind === 'directory' && name.endsWith('-layers'))
  );
}

/** Everything in a graph root. @throws UllageError where it may not be read */
export async function podmanLedger(
  root: string,
  options: LookOptions,
  witness: Partial<Witness> = {},
): Promise<Ledger> {
  const { now, progress } = options;
  const carver = new Carver(options.without);
  const other = carver.add({ kind: 'other', id: root, name: 'records of containers/storage', path: root });
  const layers = new Map<string, number>();
  const extra = new Map<string, number[]>();
  const subvolumes = new Map<string, number>();
  const seen: SeenLayer[] = [];
  const asides: Aside[] = [];
  const drivers = (listEntries(root) ?? []).flatMap(({ name }) => /^(.+)-layers$/.exec(name)?.[1] ?? []);
  const directories = new Map(drivers.map((driver) => [`${root}/${layerDirectory(driver)}`, driver]));
  const storage = readStorage(root, (witness.transient ?? runRoots)());
  const names = new Map(
    storage.flatMap(({ containers, images }) => [...containers, ...images].map(({ id, names: [name] }) => [id, name])),
  );
  const known = new Set(storage.flatMap(({ driver, layers: all }) => all.map(({ id }) => `${driver} ${id}`)));
  /** Where a layer lies, made when the first of its files is met. */
  const layerStore = (driver: string, id: string): number => {
    const there = layers.get(`${driver} ${id}`);
    if (there !== undefined) return there;
    const path = `${root}/${layerDirectory(driver)}/${id}`;
    const store = carver.add({ kind: 'layer', id, name: '', path });
    layers.set(`${driver} ${id}`, store);
    return store;
  };
  const asideRule = (entry: Entry, at: string) => {
    const lock = lockOfAside(entry, at);
    if (lock === undefined) return other;
    const path = `${at}/${entry.name}`;
    const store = carver.add({ kind: 'other', id: entry.name, name: 'put aside by Podman', path });
    asides.push({ entry, path, store, lock });
    return store;
  };
  const isAside = ({ name, kind }: Entry) => kind === 'directory' && /^(?:tempdirs|staging)$/.test(name);
  const layerRule = (entry: Entry, at: string) => {
    if (isAside(entry)) return asideRule;
    const driver = directories.get(at);
    if (driver === undefined || entry.kind !== 'directory' || entry.name === 'l') return other;
    const path = `${at}/${entry.name}`;
    const store = layerStore(driver, entry.name);
    const made = carver.stores[store];
    if (made) made.changed = Math.max(made.changed ?? 0, entry.changed);
    if (driver === 'btrfs') subvolumes.set(path, store);
    seen.push({ entry, driver, store, path });
    return store;
  };
  carver.cut(root, other, (entry, at) => {
    const path = `${at}/${entry.name}`;
    if (directories.has(path) || [...directories.keys()].some((one) => one.startsWith(`${path}/`)))
      return directories.has(path)
        ? layerRule
        : (one, below) => (directories.has(`${below}/${one.name}`) ? layerRule : isAside(one) ? asideRule : other);
    if (entry.name === 'volumes')
      return (one, below) =>
        one.kind === 'directory'
          ? carver.add({ kind: 'volume', id: one.name, name: one.name, path: `${below}/${one.name}` })
          : other;
    const part = /^(.+)-(layers|images|containers)$/.exec(entry.name);
    const [, driver = '', what] = part ?? [];
    if (what === 'layers')
      return (one) => {
        const id = OF_LAYER.exec(one.name)?.[1] ?? '';
        return known.has(`${driver} ${id}`) ? layerStore(driver, id) : other;
      };
    if (what === undefined) return other;
    return (one, below) => {
      if (one.kind !== 'directory' || below !== path) return other;
      const name = names.get(one.name) ?? one.name.slice(0, 12);
      const files = carver.add({
        kind: 'other',
        id: `${one.name}/files`,
        name: `files of ${name}`,
        path: `${below}/${one.name}`,
      });
      extra.set(one.name, [files]);
      if (what === 'images') return files;
      const inside = (file: Entry, from: string): Rule => {
        if (file.name === 'userdata' && file.kind === 'directory') return { own: files, below: inside };
        if (!/^ctr\.log/.test(file.name)) return files;
        const log = carver.add({ kind: 'log', id: `${one.name}/${file.name}`, name, path: `${from}/${file.name}` });
        extra.get(one.name)?.push(log);
        return log;
      };
      return { own: files, below: inside };
    };
  });

  const notJudged: NotJudged[] = [];
  const holders: Holder[] = [];
  for (const records of storage) {
    seal(records, layers, carver);
    notJudged.push(...judgeLayers(root, records, seen, carver, now, witness));
    holders.push(...holdersOf(records, layers, extra, intermediates(root, records)));
  }
  notJudged.push(...judgeAsides(asides, carver, now, witness));
  carver.trees.splice(0, carver.trees.length, ...carver.trees.filter(({ path }) => !subvolumes.has(path)));
  const ledger = await measure(
    {
      source: { path: root, what: 'podman', driver: drivers.map((driver) => driverName(root, driver)).join(', ') },
      carver,
      holders,
      notJudged,
      warnings: [],
    },
    options,
  );
  return subvolumes.size === 0 ? ledger : withSubvolumes(ledger, subvolumes, progress);
}

/** What images stand on is written once; what containers write to, and what is still being written, is not sealed. */
function seal(
  { driver, layers, images, containers, unclear }: StorageRecords,
  stores: ReadonlyMap<string, number>,
  carver: Carver,
): void {
  if (unclear.length > 0) return;
  const byId = new Map(layers.map((one) => [one.id, one]));
  const writable = new Set(containers.map(({ layer }) => layer));
  for (const top of images.flatMap((image) => image.layers)) {
    for (let id = top, depth = 0; id !== '' && depth < 1000; id = byId.get(id)?.parent ?? '', depth++) {
      const store = carver.stores[stores.get(`${driver} ${id}`) ?? -1];
      if (store && !writable.has(id) && byId.get(id)?.incomplete === false) store.sealed = `${driver} ${id}`;
    }
  }
}

function holdersOf(
  { driver, layers, images, containers }: StorageRecords,
  stores: ReadonlyMap<string, number>,
  extra: ReadonlyMap<string, number[]>,
  madeFrom: ReadonlyMap<string, string[]>,
): Holder[] {
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]));
  const chain = (first: string): number[] => {
    const found: number[] = [];
    for (let id: string | undefined = first, depth = 0; id && depth < 1000; id = parents.get(id), depth++) {
      const store = stores.get(`${driver} ${id}`);
      if (store !== undefined) found.push(store);
    }
    return found;
  };
  return [
    ...images.map(({ id, names, layers: tops, created }) => ({
      kind: 'image' as const,
      id,
      name: names.join(', ') || '<none>',
      stores: [...new Set(tops.flatMap(chain)), ...(extra.get(id) ?? [])],
      ...(created === undefined ? {} : { created }),
      ...hanging(madeFrom.get(id)),
    })),
    ...containers.map(({ id, names, layer, created }) => ({
      kind: 'container' as const,
      id,
      name: names[0] ?? id.slice(0, 12),
      // parents may run in a ring
      stores: [...new Set(chain(layer)), ...(extra.get(id) ?? [])],
      ...(created === undefined ? {} : { created }),
    })),
  ];
}

function hanging(goesWith: string[] | undefined): Pick<Holder, 'goesWith'> {
  return goesWith === undefined ? {} : { goesWith };
}
