import type { Sharing } from '../formats/sharing.ts';
import { readKnownTrees, writeKnownTrees } from '../host/known-trees-file.ts';
import { type ScanOptions, type ScanResult, scanTrees, type Tree } from '../host/scan-trees.ts';
import { settledBlocks } from '../host/settled-blocks.ts';
import type { Reused } from './document.ts';
import { ext4Inodes } from './ext4-inodes.ts';
import type { Store } from './ledger.ts';
import type { Memory } from './look-options.ts';
import { mountsInside } from './mounts.ts';

export interface Scanned {
  /** owners are places in the list of stores that was given */
  groups: Sharing['groups'];
  warnings: string[];
  reused?: Reused;
}

/** Where sealed stores are kept from one run to the next: the memory, and the engine's root as its name. */
export interface Remembering {
  memory: Memory;
  root: string;
}

/**
 * Reads directories and notes what was found in the stores that they belong to: `bucket` of a
 * tree is the store's place in `stores`.
 */
export async function scanStores(
  trees: readonly Tree[],
  stores: readonly Store[],
  { progress, without = new Set() }: { progress?: (entries: number) => void; without?: ReadonlySet<string> } = {},
  remembering?: Remembering,
): Promise<Scanned> {
  // what is left out is not entered, as if it were mounted there
  const mounts = [...mountsInside(trees.map(({ path }) => path)), ...without];
  const options = { mounts, inodes: ext4Inodes, ...(progress ? { progress } : {}) };
  const result = await (remembering ? withMemory(trees, options, remembering) : scanTrees(trees, options));
  const groups: Sharing['groups'] = [];
  for (const [bucket, sums] of result.buckets) {
    const store = stores[bucket];
    if (!store) continue;
    store.apparent += sums.apparent;
    store.files = (store.files ?? 0) + sums.files;
    if (sums.newest > 0) store.changed = Math.max(store.changed ?? 0, sums.newest);
    if (sums.onDisk > 0) groups.push({ owners: [bucket], bytes: sums.onDisk });
  }
  for (const { buckets, onDisk, apparent } of result.links) {
    groups.push({ owners: buckets.toSorted((a, b) => a - b), bytes: onDisk });
    for (const bucket of buckets) {
      const store = stores[bucket];
      if (store) store.apparent += apparent;
    }
  }
  const reused = reusedOf(result);
  return { groups: merged(groups), warnings: warningsOf(result), ...(reused ? { reused } : {}) };
}

async function withMemory(
  trees: readonly Tree[],
  options: ScanOptions,
  { memory, root }: Remembering,
): Promise<ScanResult> {
  const now = Date.now();
  const known = readKnownTrees(memory.directory, root, now);
  const keepBefore = memory.keepBefore ?? ((device: number) => settledBlocks(device, now));
  const result = await scanTrees(trees, { ...options, known, keepBefore });
  // what was known and is gone is forgotten as well
  if (result.kept.length !== result.reused.length || known.size !== result.reused.length)
    writeKnownTrees(memory.directory, root, result.kept);
  return result;
}

function reusedOf({ reused }: ScanResult): Reused | undefined {
  if (reused.length === 0) return undefined;
  return {
    layers: reused.length,
    files: reused.reduce((sum, { sums }) => sum + sums[2], 0),
    since: new Date(Math.min(...reused.map(({ counted }) => counted))).toISOString(),
  };
}

/** Groups with the same owners made one. */
export function merged(groups: Sharing['groups']): Sharing['groups'] {
  const byOwners = new Map<string, Sharing['groups'][number]>();
  for (const group of groups) {
    const key = group.owners.join();
    const known = byOwners.get(key);
    if (known) known.bytes += group.bytes;
    else byOwners.set(key, { ...group });
  }
  return [...byOwners.values()];
}

const HINTS = new Map([
  ['EACCES', ': run as root'],
  ['EXDEV', ": another device, as a btrfs subvolume has; name the file system's device to count all of them"],
]);

function warningsOf({ errors, failed, moved }: ScanResult): string[] {
  const warnings: string[] = [];
  const [first] = errors;
  if (first)
    warnings.push(
      `${failed} ${failed === 1 ? 'entry' : 'entries'} could not be read, so sums are too small: ${first.path} (${first.code}${HINTS.get(first.code) ?? ''})`,
    );
  if (moved > 0) warnings.push(`${moved} entries went away or were replaced while they were counted`);
  return warnings;
}
