import { type Entry, entryOf, listEntries, textOf } from '../../host/tree-files.ts';
import type { NotJudged } from '../document.ts';
import { Doubts, tooYoung } from '../doubts.ts';
import { mountedText } from '../mounts.ts';
import type { settledBefore } from '../quiet-since.ts';
import { DAEMON, DAEMON_FILES, OF_LAYER_STORE } from './drivers.ts';
import { type LayerRecords, namesIn, readLayerRecords } from './layer-records.ts';

/** Proof that nobody owns it, and until when nobody was at work in it (ms since 1970). */
export interface Unnamed {
  orphan: string;
  quietSince: number;
}

interface Asked {
  root: string;
  driver: string;
  /** directory of the layers below the root */
  below: string;
  /** what lay there before the records were read */
  entries: readonly Entry[];
  records: LayerRecords | undefined;
  now: number;
  settle: typeof settledBefore;
  /** is told why, where it cannot be judged */
  notJudged: NotJudged[];
}

/**
 * Layers (and write sets of the layer store) that Docker's records name nowhere, with the proof. Whoever
 * doubts keeps: records that cannot all be read, a daemon that cannot be seen, a layer that is younger
 * than the daemon, that a named layer stands on, or that is mounted, is nobody's orphan.
 */
export function unnamedOf({
  root,
  driver,
  below,
  entries,
  records,
  now,
  settle,
  notJudged,
}: Asked): Map<string, Unnamed> {
  const none = new Map<string, Unnamed>();
  const doubt = (why: string): Map<string, Unnamed> => {
    notJudged.push({ what: `layers in ${root}/${below}`, why });
    return none;
  };
  if (!records) return entries.length > 0 ? doubt(`there is no ${root}/image/${driver}/layerdb`) : none;
  // before the records are read again: whoever ended until now has written down what it made
  const settled = settle(
    DAEMON_FILES.map((file) => `${root}/${file}`),
    DAEMON,
    now,
  );
  // a container that is being made or removed has half a record: that passes
  const again = readLayerRecords(`${root}/image/${driver}/layerdb`);
  if (!again) return doubt('its records went away while they were read');
  const unclear = again.unclear.filter((path) => records.unclear.includes(path));
  if (unclear[0] !== undefined) return doubt(`${unclear[0]} could not be read: a layer without a name proves nothing`);
  if (driver === 'aufs' || driver === 'overlay') return doubt(`layers of ${driver} are not judged`);
  if (records.layers.length === 0 && hasImages(root, driver))
    return doubt('images are recorded and no layer is: these records are not whole');
  if ('why' in settled) return doubt(settled.why);
  const left = again.writeSets.filter(({ path, changed }) => changed < settled.before && newest(path) < settled.before);
  // what only a write set names that was left behind has no owner either
  const lost = new Set(left.map(({ path }) => path));
  const named = new Set(
    [records, again].flatMap((one) => [
      ...namesIn({ ...one, writeSets: one.writeSets.filter(({ path }) => !lost.has(path)) }),
    ]),
  );
  const proof = `named by no cache-id, mount-id or init-id in ${root}/image/${driver}/layerdb (${records.layers.length} layers, ${records.mounts.length} containers), older than any daemon at work in it, not mounted`;
  const found = new Map<string, Unnamed>();
  const quietSince = settled.before;
  const nameless = entries.filter(
    ({ name }) => OF_LAYER_STORE.test(name) && !named.has(name) && !named.has(name.replace(/-init$/, '')),
  );
  // where all have names, nobody need ask who stands on what
  const needed = nameless.length > 0 ? lowerLayers(`${root}/${below}`, named, driver) : new Set<string>();
  const busy = nameless.length > 0 ? mountedText() : '';
  const doubts = new Doubts();
  for (const { name, changed } of nameless) {
    const path = `${root}/${below}/${name}`;
    if (entryOf(path)?.kind !== 'directory') continue;
    const link = textOf(`${path}/link`, 100)?.trim();
    const is = (among: { has(one: string): boolean }) => among.has(name) || (link ? among.has(link) : false);
    if (is(needed)) doubts.add(path, 'named by no record, but a layer that is named stands on it');
    else if (is({ has: (one) => busy.includes(one) })) doubts.add(path, 'named by no record, but mounted');
    else if (changed >= settled.before) doubts.add(path, tooYoung(settled));
    else found.set(name, { orphan: proof, quietSince });
  }
  for (const { name, path } of again.writeSets) {
    if (!lost.has(path)) {
      if (entryOf(path)) doubts.add(path, tooYoung(settled));
      continue;
    }
    found.set(name, {
      orphan:
        'left by a pull or import that was cut off: a write set of the layer store older than any daemon at work in it',
      quietSince,
    });
  }
  notJudged.push(...doubts.list());
  return found;
}

function hasImages(root: string, driver: string): boolean {
  return (listEntries(`${root}/image/${driver}/imagedb/content/sha256`) ?? []).length > 0;
}

function newest(path: string): number {
  return Math.max(0, ...(listEntries(path) ?? []).map(({ changed }) => changed));
}

/** What named overlay2 layers stand on: link names (`l/ABC…:l/DEF…`) in their `lower`. */
function lowerLayers(directory: string, named: ReadonlySet<string>, driver: string): Set<string> {
  const lowers = new Set<string>();
  if (driver !== 'overlay2' && driver !== 'fuse-overlayfs') return lowers;
  for (const name of named) {
    for (const lower of textOf(`${directory}/${name}/lower`, 1 << 20)
      ?.trim()
      .split(':') ?? [])
      lowers.add(lower.replace(/^l\//, ''));
  }
  return lowers;
}
