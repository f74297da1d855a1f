import { lockedFiles } from '../../host/file-locks.ts';
import { processesOf } from '../../host/process-files.ts';
import type { Entry } from '../../host/tree-files.ts';
import { PODMANS } from '../../tools/staging.ts';
import type { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import { Doubts, tooYoung } from '../doubts.ts';
import { settledBefore } from '../quiet-since.ts';
import { atWorkNow, PROGRAMS, UNSEEN, type Witness } from './judge.ts';

/** What a run unpacks before it is a layer, or is about to delete, each with a lock of its own. */
export interface Aside {
  entry: Entry;
  path: string;
  store: number;
  /** held as long as its run is at work in it */
  lock: string;
}

/**
 * The lock of what lies in a driver's `tempdirs` (containers/storage internal/tempdir, since Podman 5.6) or `staging`
 * (drivers/overlay, pulls of parts). Undefined: that is another directory.
 */
export function lockOfAside({ name, kind }: Entry, directory: string): string | undefined {
  if (kind !== 'directory') return undefined;
  if (directory.endsWith('/staging')) return `${directory}/${name}/staging.lock`;
  const temporary = directory.endsWith('/tempdirs') ? /^temp-dir-(.+)$/.exec(name)?.[1] : undefined;
  return temporary === undefined ? undefined : `${directory}/lock-${temporary}`;
}

/** Podman takes for left behind what nobody holds the lock of; here nobody may be at work besides. */
export function judgeAsides(
  asides: readonly Aside[],
  carver: Carver,
  now: number,
  { settle = settledBefore, atWork = processesOf }: Partial<Witness> = {},
): NotJudged[] {
  if (asides.length === 0) return [];
  const locks = asides.map(({ lock }) => lock);
  const settled = settle(locks, PROGRAMS, now);
  const working = atWork(PODMANS);
  const [worker] = working.users;
  const held = new Set(lockedFiles(locks));
  const doubts = new Doubts();
  for (const { entry, path, store, lock } of asides) {
    const found = carver.stores[store];
    if (!found) continue;
    if ('why' in settled) doubts.add(path, settled.why);
    else if (!working.complete) doubts.add(path, UNSEEN);
    else if (held.has(lock)) doubts.add(path, 'a run is at work in it: it holds its lock');
    else if (worker) doubts.add(path, atWorkNow(worker));
    else if (entry.changed >= settled.before) doubts.add(path, tooYoung(settled));
    else {
      found.orphan = `a run that was cut off had put it aside, to unpack or to delete it: nobody holds ${lock}, and no Podman is at work`;
      found.quietSince = settled.before;
    }
  }
  return doubts.list();
}
