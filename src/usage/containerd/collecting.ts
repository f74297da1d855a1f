import { setTimeout as sleep } from 'node:timers/promises';
import { entryOf, listEntries } from '../../host/tree-files.ts';
import type { NotJudged } from '../document.ts';
import { Doubts } from '../doubts.ts';
import type { Store } from '../ledger.ts';
import { CONTENT, METADATA, SNAPSHOTTER } from './records.ts';

/** ms: each step of a collection is one transaction or one directory, which takes less. */
const STEP = 500;

const COLLECTING =
  'containerd wrote to its records while this looked: it may be what it collects as garbage just now: look again';

/** Another one when containerd wrote to a database, or made or removed a snapshot or a blob, since. */
export function markOf(root: string): string {
  const below = (path: string) => (listEntries(path) ?? []).map(({ name }) => `${path}/${name}`);
  const snapshotters = below(root).filter((path) => path.startsWith(`${root}/${SNAPSHOTTER}`));
  return [`${root}/${METADATA}`, ...below(`${root}/${CONTENT}/blobs`), ...snapshotters.flatMap(below)]
    .map((path) => `${path} ${entryOf(path)?.changed}`)
    .join('\n');
}

/**
 * containerd takes the names of what it collects away first (metadata/gc.go), then the snapshotter's records one by one,
 * at last the directories and blobs: until then they look like what was left behind. It goes on all that while.
 * @param mark from before anything was read
 * @returns what it may be collecting: no orphans
 */
export async function spareTheCollected(
  root: string,
  stores: readonly Store[],
  mark: string,
  looked: number,
): Promise<NotJudged[]> {
  const found = stores.filter(({ orphan }) => orphan !== undefined);
  if (found.length === 0) return [];
  await sleep(Math.max(0, STEP - (performance.now() - looked)));
  if (markOf(root) === mark) return [];
  const doubts = new Doubts();
  for (const store of found) {
    delete store.orphan;
    if (entryOf(store.path)) doubts.add(store.path, COLLECTING);
  }
  return doubts.list();
}
