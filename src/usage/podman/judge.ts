import { lockedFiles } from '../../host/file-locks.ts';
import { type Entry, entryOf, textOf } from '../../host/tree-files.ts';
import type { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import { settledBefore } from '../quiet-since.ts';
import type { StorageRecords } from './records.ts';

/** Comm of whoever makes layers; `storage-untar` is what they start to unpack one. */
const PROGRAMS = /^(?:podman|buildah|skopeo|crio|conmon|fuse-overlayfs|bootc|storage-)/;
const LAYER = /^[0-9a-f]{64}$/;

/** A directory of a layer, and its place in the list of stores. */
export interface SeenLayer {
  entry: Entry;
  driver: string;
  store: number;
  path: string;
}

export function layerDirectory(driver: string): string {
  return driver === 'vfs' ? 'vfs/dir' : driver === 'btrfs' ? 'btrfs/subvolumes' : driver;
}

/**
 * A layer is written into layers.json, with the flag `incomplete`, before its directory is made, and the flag
 * is taken away when it is whole; whoever unpacks it holds layers.lock until then (containers/storage
 * layers.go). So what has no record was cut off while being deleted, and what is still incomplete though
 * nobody holds the lock was cut off while being made.
 * @returns why nothing could be told, as the entry in `notJudged`
 */
export function judgeLayers(
  root: string,
  records: StorageRecords,
  seen: readonly SeenLayer[],
  carver: Carver,
  now: number,
  settle: typeof settledBefore = settledBefore,
): NotJudged[] {
  const { driver, layers, unclear } = records;
  const doubt = (why: string): NotJudged[] => [{ what: `layers in ${root}/${layerDirectory(driver)}`, why }];
  const mine = seen.filter((one) => one.driver === driver && LAYER.test(one.entry.name));
  if (mine.length === 0) return [];
  if (unclear[0] !== undefined) return doubt(`${unclear[0]} could not be read`);
  const file = `${root}/${driver}-layers/layers.json`;
  if (layers.length === 0 && entryOf(file) === undefined) return doubt(`there is no ${driver}-layers/layers.json`);
  const locks = [`${root}/storage.lock`, `${root}/${driver}-layers/layers.lock`];
  const settled = settle(locks, PROGRAMS, now);
  if ('why' in settled) return doubt(settled.why);
  const [locked] = lockedFiles(locks);
  const named = new Set(layers.map(({ id }) => id));
  const broken = new Set(layers.flatMap(({ id, incomplete }) => (incomplete ? [id] : [])));
  for (const id of heldOf(records)) broken.delete(id);
  const needed = lowerLinks(root, driver, named);
  for (const { entry, store, path } of mine) {
    const { name, changed } = entry;
    if (named.has(name) && !broken.has(name)) continue;
    if (changed >= settled.before || entryOf(path) === undefined) continue;
    const link = textOf(`${path}/link`, 100)?.trim();
    if (link && needed.has(`l/${link}`)) continue;
    const found = carver.stores[store];
    if (!found) continue;
    if (locked !== undefined) return doubt(`somebody holds a lock on ${locked}: look again when that has ended`);
    found.quietSince = settled.before;
    found.orphan = broken.has(name)
      ? `${file} has it as incomplete: its import was cut off, and nobody has the store open since; Podman removes it when it next opens the store for writing`
      : `not in ${file}, which has ${layers.length} layers; nobody has the store open since`;
  }
  return [];
}

/** What an image, a container or another layer stands on is theirs, whatever its flags. */
function heldOf({ layers, images, containers }: StorageRecords): string[] {
  return [
    ...images.flatMap((image) => image.layers),
    ...containers.map(({ layer }) => layer),
    ...layers.flatMap(({ parent, incomplete }) => (incomplete ? [] : [parent])),
  ];
}

/** `l/<LINK>` of every layer below one that is named. */
function lowerLinks(root: string, driver: string, named: ReadonlySet<string>): Set<string> {
  return new Set(
    [...named].flatMap(
      (id) =>
        textOf(`${root}/${layerDirectory(driver)}/${id}/lower`, 1 << 20)
          ?.trim()
          .split(':') ?? [],
    ),
  );
}
