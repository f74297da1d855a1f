import { type Entry, entryOf, listEntries, textOf } from '../../host/tree-files.ts';
import { Carver, type Rule } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import type { Holder, Ledger } from '../ledger.ts';
import type { LookOptions } from '../look-options.ts';
import { measure } from '../measure.ts';
import { settledBefore } from '../quiet-since.ts';
import { withSubvolumes } from '../with-subvolumes.ts';
import { readStorage, type StorageRecords } from './records.ts';

const PROGRAMS = /^(?:podman|buildah|skopeo|crio|conmon|fuse-overlayfs)/;
const LAYER = /^[0-9a-f]{64}$/;

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
  settle: typeof settledBefore = settledBefore,
): Promise<Ledger> {
  const { now, progress } = options;
  const carver = new Carver(options.without);
  const other = carver.add({ kind: 'other', id: root, name: 'records of containers/storage', path: root });
  const layers = new Map<string, number>();
  const extra = new Map<string, number[]>();
  const subvolumes = new Map<string, number>();
  const seen: { entry: Entry; driver: string; store: number; path: string }[] = [];
  const drivers = (listEntries(root) ?? []).flatMap(({ name }) => /^(.+)-layers$/.exec(name)?.[1] ?? []);
  const directories = new Map(drivers.map((driver) => [`${root}/${layerDirectory(driver)}`, driver]));
  const names = new Map(
    readStorage(root).flatMap(({ containers }) =>
      containers.map(({ id, names: [name] }) => [id, name ?? id.slice(0, 12)]),
    ),
  );
  const layerRule = (entry: Entry, at: string) => {
    const driver = directories.get(at);
    if (driver === undefined || entry.kind !== 'directory' || entry.name === 'l') return other;
    const path = `${at}/${entry.name}`;
    const store = carver.add({ kind: 'layer', id: entry.name, name: '', path, changed: entry.changed });
    layers.set(`${driver} ${entry.name}`, store);
    if (driver === 'btrfs') subvolumes.set(path, store);
    seen.push({ entry, driver, store, path });
    return store;
  };
  carver.cut(root, other, (entry, at) => {
    const path = `${at}/${entry.name}`;
    if (directories.has(path) || [...directories.keys()].some((one) => one.startsWith(`${path}/`)))
      return directories.has(path)
        ? layerRule
        : (one, below) => (directories.has(`${below}/${one.name}`) ? layerRule : other);
    if (entry.name === 'volumes')
      return (one, below) =>
        one.kind === 'directory'
          ? carver.add({ kind: 'volume', id: one.name, name: one.name, path: `${below}/${one.name}` })
          : other;
    if (!entry.name.endsWith('-containers')) return other;
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
      const rule: (file: Entry, from: string) => Rule = (file, from) => {
        if (file.name === 'userdata' && file.kind === 'directory') return rule;
        if (!/^ctr\.log/.test(file.name)) return files;
        const log = carver.add({ kind: 'log', id: `${one.name}/${file.name}`, name, path: `${from}/${file.name}` });
        extra.get(one.name)?.push(log);
        return log;
      };
      return rule;
    };
  });

  const notJudged: NotJudged[] = [];
  const holders: Holder[] = [];
  for (const records of readStorage(root)) {
    seal(records, layers, carver);
    judge(root, records, seen, carver, notJudged, now, settle);
    holders.push(...holdersOf(records, layers, extra));
  }
  carver.trees.splice(0, carver.trees.length, ...carver.trees.filter(({ path }) => !subvolumes.has(path)));
  const ledger = await measure(
    { source: { path: root, what: 'podman', driver: drivers.join(', ') }, carver, holders, notJudged, warnings: [] },
    options,
  );
  return subvolumes.size === 0 ? ledger : withSubvolumes(ledger, subvolumes, progress);
}

function layerDirectory(driver: string): string {
  return driver === 'vfs' ? 'vfs/dir' : driver === 'btrfs' ? 'btrfs/subvolumes' : driver;
}

/**
 * A layer is written into layers.json before its directory is made (containers/storage layers.go,
 * flag `incomplete`), so one without a record was left by something that was cut off while deleting.
 */
function judge(
  root: string,
  { driver, layers, unclear }: StorageRecords,
  seen: readonly { entry: Entry; driver: string; store: number; path: string }[],
  carver: Carver,
  notJudged: NotJudged[],
  now: number,
  settle: typeof settledBefore,
): unknown {
  const doubt = (why: string): number => notJudged.push({ what: `layers in ${root}/${layerDirectory(driver)}`, why });
  const mine = seen.filter((one) => one.driver === driver && LAYER.test(one.entry.name));
  if (mine.length === 0) return undefined;
  if (unclear[0] !== undefined) return doubt(`${unclear[0]} could not be read`);
  if (layers.length === 0 && entryOf(`${root}/${driver}-layers/layers.json`) === undefined)
    return doubt(`there is no ${driver}-layers/layers.json`);
  const settled = settle([`${root}/storage.lock`, `${root}/${driver}-layers/layers.lock`], PROGRAMS, now);
  if ('why' in settled) return doubt(settled.why);
  const named = new Set(layers.map(({ id }) => id));
  const needed = new Set(
    [...named].flatMap(
      (id) =>
        textOf(`${root}/${layerDirectory(driver)}/${id}/lower`, 1 << 20)
          ?.trim()
          .split(':') ?? [],
    ),
  );
  for (const { entry, store, path } of mine) {
    if (named.has(entry.name) || entry.changed >= settled.before || entryOf(path) === undefined) continue;
    const link = textOf(`${path}/link`, 100)?.trim();
    if (link && needed.has(`l/${link}`)) continue;
    const found = carver.stores[store];
    if (!found) continue;
    found.quietSince = settled.before;
    found.orphan = `not in ${root}/${driver}-layers/layers.json, which has ${layers.length} layers; nobody has the store open since`;
  }
  return undefined;
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
      stores: [...new Set(tops.flatMap(chain))],
      ...(created === undefined ? {} : { created }),
    })),
    ...containers.map(({ id, names, layer, created }) => ({
      kind: 'container' as const,
      id,
      name: names[0] ?? id.slice(0, 12),
      stores: [...chain(layer), ...(extra.get(id) ?? [])],
      ...(created === undefined ? {} : { created }),
    })),
  ];
}
