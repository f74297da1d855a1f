import { lockedFiles } from '../../host/file-locks.ts';
import { type FileUser, processesOf } from '../../host/process-files.ts';
import { type Entry, entryOf, textOf } from '../../host/tree-files.ts';
import { PODMANS } from '../../tools/staging.ts';
import type { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import { Doubts, RECORDS_MOVED, tooYoung } from '../doubts.ts';
import { mountedText } from '../mounts.ts';
import { SLACK, settledBefore } from '../quiet-since.ts';
import { layerDirectory, markOf, readStorage, runRoots, type StorageRecords } from './records.ts';
import { brokenOf, heldOf, lowerLinks, unusedOf } from './standing.ts';

/** Comm of whoever makes layers; `storage-untar` is what they start to unpack one. Nix wraps podman as `.podman-wrapped`. */
export const PROGRAMS = /^\.?(?:podman|buildah|skopeo|crio|conmon|fuse-overlayfs|bootc|storage-)/;
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

export const UNSEEN =
  'whether a Podman is at work in it cannot be seen from here: run as root on the host itself, not in a container';

export function atWorkNow({ program, pid }: FileUser): string {
  return `${program} (process ${pid}) is at work: look again when it has ended`;
}

/**
 * A layer is written into layers.json, with the flag `incomplete`, before its directory is made, and the flag
 * is taken away when it is whole; whoever unpacks it holds layers.lock until then (containers/storage
 * layers.go). So what has no record was cut off while being deleted, and what is still incomplete though
 * nobody holds the lock was cut off while being made. The image is written down last, when all its layers are
 * whole: between them no lock is held and no file of the store is open, so a layer below no image and no container
 * was left by a pull that was cut off only when no such program runs at all.
 * @returns what could not be told, and why
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
  if (!/^(?:overlay|vfs|btrfs)$/.test(driver))
    return layers.length > 0 ? doubt(`layers of ${driver} are not looked at here`) : [];
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
  const working = atWork(PODMANS);
  // one that is seen has the store open, and another that is not seen may have it as well
  if (!working.complete) return doubt(UNSEEN);
  const [worker] = working.users.toSorted((a, b) => a.started - b.started);
  const before = Math.min(settled.before, (worker?.started ?? Number.POSITIVE_INFINITY) - SLACK);
  const atIt = worker && atWorkNow(worker);
  const [locked] = lockedFiles(locks);
  const broken = brokenOf(records);
  const unused = unusedOf(records);
  const suspects = mine.filter(({ entry: { name } }) => unused.has(name) || broken.has(name) || !named.has(name));
  if (suspects.length === 0) return [];
  const needed = lowerLinks(root, driver, named);
  // a run root that is not known here has records too: what is mounted is in use
  const busy = mountedText();
  const doubts = new Doubts();
  const left: SeenLayer[] = [];
  for (const one of suspects) {
    const { name, changed } = one.entry;
    if (entryOf(one.path) === undefined) continue;
    const whole = unused.has(name);
    const link = textOf(`${one.path}/link`, 100)?.trim();
    if (!whole && link && needed.has(`l/${link}`))
      doubts.add(one.path, 'no record has it as whole, but another stands on it');
    else if (busy.includes(name) || (link && busy.includes(link)))
      doubts.add(one.path, 'used by no record, but mounted');
    else if (whole && atIt) doubts.add(one.path, atIt);
    else if (changed >= (whole ? settled.before : before)) doubts.add(one.path, atIt ?? tooYoung(settled));
    else left.push(one);
  }
  if (left.length === 0) return doubts.list();
  if (locked !== undefined) return doubt(`somebody holds a lock on ${locked}: look again when that has ended`);
  // whoever ended between reading the records and asking who runs has written down what it made
  const runs = transient();
  const mark = markOf(root, driver, runs);
  const again = readStorage(root, runs).find((one) => one.driver === driver);
  if (!again || again.unclear.length > 0 || lockedFiles(locks).length > 0) return doubt(RECORDS_MOVED);
  const came = atWork(PODMANS).users.length > 0;
  // one that ended since wrote it down behind what was read
  if (markOf(root, driver, runs) !== mark) return doubt(RECORDS_MOVED);
  const after = { broken: brokenOf(again), unused: unusedOf(again), named: new Set(again.layers.map(({ id }) => id)) };
  // where images and containers are kept in another root, what is used cannot be told from here
  const away = ['images', 'containers'].find((what) => !entryOf(`${root}/${driver}-${what}/${what}.lock`));
  for (const { entry, store, path } of left) {
    const { name } = entry;
    const found = carver.stores[store];
    if (!found) continue;
    const still = broken.has(name)
      ? after.broken.has(name)
      : named.has(name)
        ? after.unused.has(name)
        : !after.named.has(name);
    const proof = broken.has(name)
      ? `${file} has it as incomplete: its import was cut off, and nobody has the store open since; Podman removes it when it next opens the store for writing`
      : !named.has(name)
        ? `not in ${file}, which has ${layers.length} layers; nobody has the store open since`
        : `${file} has it, but no image and no container stands on it, and no Podman is at work: a pull, load or build was cut off behind it. The next pull of that image takes it up; podman system check --repair (5.0 and later) removes it when it is a day old, with --max 1s at once`;
    if (!still || (came && unused.has(name))) doubts.add(path, RECORDS_MOVED);
    else if (away && unused.has(name))
      doubts.add(path, `there is no ${driver}-${away}: ${away} of another root may stand on layers of this one`);
    else Object.assign(found, { orphan: proof, quietSince: unused.has(name) ? settled.before : before });
  }
  return doubts.list();
}
