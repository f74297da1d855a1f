import { lockedFiles } from '../../host/file-locks.ts';
import { processesOf } from '../../host/process-files.ts';
import { type Entry, entryOf, textOf } from '../../host/tree-files.ts';
import { PODMANS } from '../../tools/staging.ts';
import type { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import { mountedText } from '../mounts.ts';
import { settledBefore } from '../quiet-since.ts';
import { layerDirectory, readStorage, runRoots, type StorageRecords } from './records.ts';

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

/** Who is asked, and in tests answers: what the store has open, which programs run, where records lie that do not last. */
export interface Witness {
  settle: typeof settledBefore;
  atWork: typeof processesOf;
  transient: typeof runRoots;
}

/** Start times are known to some 20 ms. */
const SLACK = 200;

/**
 * A layer is written into layers.json, with the flag `incomplete`, before its directory is made, and the flag
 * is taken away when it is whole; whoever unpacks it holds layers.lock until then (containers/storage
 * layers.go). So what has no record was cut off while being deleted, and what is still incomplete though
 * nobody holds the lock was cut off while being made. The image is written down last, when all its layers are
 * whole: between them no lock is held and no file of the store is open, so a layer below no image and no container
 * was left by a pull that was cut off only when no such program runs at all.
 * @returns why nothing could be told, as the entry in `notJudged`
 */
export function judgeLayers(
  root: string,
  records: StorageRecords,
  seen: readonly SeenLayer[],
  carver: Carver,
  now: number,
  { settle = settledBefore, atWork = processesOf, transient = runRoots }: Partial<Witness> = {},
): NotJudged[] {
  const { driver, layers, unclear } = records;
  const doubt = (why: string): NotJudged[] => [{ what: `layers in ${root}/${layerDirectory(driver)}`, why }];
  const mine = seen.filter((one) => one.driver === driver && LAYER.test(one.entry.name));
  if (mine.length === 0) return [];
  if (unclear[0] !== undefined) return doubt(`${unclear[0]} could not be read`);
  const file = `${root}/${driver}-layers/layers.json`;
  if (layers.length === 0 && entryOf(file) === undefined) return doubt(`there is no ${driver}-layers/layers.json`);
  const locks = [`${root}/storage.lock`, `${root}/${driver}-layers/layers.lock`];
  const named = new Set(layers.map(({ id }) => id));
  const here = new Set(mine.map(({ entry }) => entry.name));
  const lost = heldOf(records).find((id) => here.has(id) && !named.has(id));
  if (lost !== undefined) return doubt(`others stand on ${lost}, which is not in ${file}: that is not whole`);
  const settled = settle(locks, PROGRAMS, now);
  if ('why' in settled) return doubt(settled.why);
  const working = atWork(PODMANS).users;
  const before = Math.min(settled.before, ...working.map(({ started }) => started - SLACK));
  const [locked] = lockedFiles(locks);
  const broken = new Set(layers.flatMap(({ id, incomplete }) => (incomplete ? [id] : [])));
  for (const id of heldOf(records)) broken.delete(id);
  const unused = unusedOf(records);
  const needed = lowerLinks(root, driver, named);
  // a run root that is not known here has records too: what is mounted is in use
  const busy = unused.size > 0 || mine.some(({ entry }) => !named.has(entry.name)) ? mountedText() : '';
  const left: SeenLayer[] = [];
  let younger = false;
  for (const one of mine) {
    const { entry, store, path } = one;
    const { name, changed } = entry;
    if (named.has(name) && !broken.has(name)) {
      if (!unused.has(name)) continue;
      if (changed < settled.before) left.push(one);
      // of whoever has the store open just now: it may yet be cut off
      else younger = true;
      continue;
    }
    if (changed >= before || entryOf(path) === undefined) {
      younger ||= changed < settled.before;
      continue;
    }
    const link = textOf(`${path}/link`, 100)?.trim();
    if (link && (needed.has(`l/${link}`) || busy.includes(link))) continue;
    const found = carver.stores[store];
    if (!found || busy.includes(name)) continue;
    if (locked !== undefined) return doubt(`somebody holds a lock on ${locked}: look again when that has ended`);
    found.quietSince = before;
    found.orphan = broken.has(name)
      ? `${file} has it as incomplete: its import was cut off, and nobody has the store open since; Podman removes it when it next opens the store for writing`
      : `not in ${file}, which has ${layers.length} layers; nobody has the store open since`;
  }
  const [worker] = working;
  if (worker && (younger || left.length > 0))
    return doubt(`${worker.program} (process ${worker.pid}) is at work: look again when it has ended`);
  if (left.length === 0) return [];
  // where images and containers are kept in another root, what is used cannot be told from here
  for (const what of ['images', 'containers'])
    if (entryOf(`${root}/${driver}-${what}/${what}.lock`) === undefined)
      return doubt(`there is no ${driver}-${what}: ${what} of another root may stand on layers of this one`);
  // whoever ended between reading the records and asking who runs has written down what it made
  const again = readStorage(root, transient()).find((one) => one.driver === driver);
  if (!again || again.unclear.length > 0 || atWork(PODMANS).users.length > 0 || lockedFiles(locks).length > 0)
    return doubt('its records changed while they were read: look again');
  const still = unusedOf(again);
  for (const { entry, store, path } of left) {
    const found = carver.stores[store];
    const link = textOf(`${path}/link`, 100)?.trim();
    if (!found || !still.has(entry.name) || busy.includes(entry.name) || (link && busy.includes(link))) continue;
    found.quietSince = settled.before;
    found.orphan = `${file} has it, but no image and no container stands on it, and no Podman is at work: a pull, load or build was cut off behind it. The next pull of that image takes it up; podman system check --repair (5.0 and later) removes it when it is a day old, with --max 1s at once`;
  }
  return [];
}

/** Layers that are whole, and below no image and no container. */
function unusedOf({ layers, images, containers }: StorageRecords): Set<string> {
  const parents = new Map(layers.map(({ id, parent }) => [id, parent]));
  const unused = new Set(layers.flatMap(({ id, incomplete }) => (incomplete ? [] : [id])));
  for (const top of [...images.flatMap((image) => image.layers), ...containers.map(({ layer }) => layer)])
    for (let id: string | undefined = top, depth = 0; id && depth < 1000; id = parents.get(id), depth++)
      unused.delete(id);
  return unused;
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
