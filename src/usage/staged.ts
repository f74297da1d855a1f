import { openNames, processesOf } from '../host/process-files.ts';
import { type Entry, listEntries } from '../host/tree-files.ts';
import { SHARED, STAGERS } from '../tools/staging.ts';
import { Carver } from './carver.ts';
import type { NotJudged } from './document.ts';
import type { Ledger } from './ledger.ts';
import type { LookOptions } from './look-options.ts';
import { measure } from './measure.ts';
import { mountOf, readMounts } from './mounts.ts';
import { SLACK } from './quiet-since.ts';

/** Who is asked, and in tests answers. */
export interface StagedWitness {
  atWork: typeof processesOf;
  open: typeof openNames;
}

/**
 * What pulls, loads, imports and builds have put aside in a directory, each run's by itself; what lies there besides is
 * not looked at. Left by a run that was cut off is what nobody has open and what is older than every program that makes
 * such names. Undefined: there is none.
 * @throws UllageError where it may not be read
 */
export async function stagedLedger(
  directory: string,
  options: LookOptions,
  { atWork = processesOf, open = openNames }: Partial<StagedWitness> = {},
): Promise<Ledger | undefined> {
  const carver = new Carver();
  const seen: { entry: Entry; store: number; program: RegExp; who: string }[] = [];
  for (const entry of listEntries(directory) ?? []) {
    const stager = STAGERS.find(({ names, only }) => only === undefined && names.test(entry.name));
    if (!stager || (entry.kind !== 'directory' && entry.kind !== 'file')) continue;
    const path = `${directory}/${entry.name}`;
    const store = carver.add({ kind: 'other', id: entry.name, name: `put aside by ${stager.who}`, path });
    carver.put(entry, path, store);
    seen.push({ entry, store, ...stager });
  }
  if (seen.length === 0) return undefined;
  const notJudged: NotJudged[] = [];
  const doubt = (what: string, why: string) => void notJudged.push({ what, why });
  const type = mountOf(directory, readMounts())?.type ?? '';
  const names = seen.map(({ entry }) => entry.name);
  // first who runs, then what is open: one that begins in between makes new names
  const working = seen.map(({ program }) => atWork(program));
  const held = open(names);
  if (SHARED.test(type)) doubt(directory, `${type}: another machine may be at work in it`);
  else if (!held.complete || working.some(({ complete }) => !complete))
    doubt(directory, 'whether somebody is at work in it cannot be seen from here: run as root on the host itself');
  else
    for (const [index, { entry, store, who }] of seen.entries()) {
      const found = carver.stores[store];
      const [first] = (working[index]?.users ?? []).toSorted((a, b) => a.started - b.started);
      const before = first ? first.started - SLACK : options.now;
      if (!found) continue;
      if (held.open.has(entry.name)) doubt(found.path, 'a process has it open');
      else if (first && entry.changed >= before)
        doubt(found.path, `${first.program} (process ${first.pid}) is at work: look again when it has ended`);
      else {
        found.quietSince = before;
        found.orphan = `a name that ${who} give to what they put aside; nobody has it open, and it is older than any of them that runs: ullage plan clean-staging-dir --on ${directory}`;
      }
    }
  return measure(
    { source: { path: directory, what: 'staging' }, carver, holders: [], notJudged, warnings: [] },
    options,
  );
}
