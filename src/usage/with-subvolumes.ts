import type { BtrfsUsage } from '../formats/btrfs/usage.ts';
import { btrfsDevices } from '../host/block-devices.ts';
import { openDirectFile } from '../host/direct-file.ts';
import { UllageError } from '../host/host.ts';
import { realPath } from '../host/tree-files.ts';
import { btrfsWarnings, pinnedOf, readUsage, storeOf } from './btrfs-ledger.ts';
import type { PinnedChunk } from './document.ts';
import { type Ledger, type Store, spareTheBusy } from './ledger.ts';
import { mountOf, readMounts } from './mounts.ts';
import { merged, scanStores } from './scan.ts';

/**
 * Layers that are subvolumes, measured by the trees of their file system, with all else that lies on
 * it. Where its devices may not be read they are scanned, and shared bytes are told as unknown.
 * @param subvolumes stores of `ledger` by the path of their subvolume
 */
export async function withSubvolumes(
  ledger: Ledger,
  subvolumes: ReadonlyMap<string, number>,
  progress?: (count: number) => void,
): Promise<Ledger> {
  const [first = ''] = subvolumes.keys();
  const mount = mountOf(realPath(first), readMounts());
  if (mount?.type !== 'btrfs') return scanned(ledger, subvolumes, `${first} lies on no btrfs`, progress);
  let usage: BtrfsUsage;
  try {
    usage = readMounted(mount.source, progress);
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    return scanned(ledger, subvolumes, error.message, progress);
  }
  const inside = (path: string): string => {
    const rest = realPath(path).slice(mount.point === '/' ? 0 : mount.point.length);
    return `${mount.root === '/' ? '' : mount.root}${rest}`;
  };
  const byPath = new Map([...subvolumes].map(([path, store]) => [inside(path), store]));
  const home = containing(usage, inside(ledger.source.path));
  return join(ledger, usage, byPath, home, mount.source);
}

/** All devices of a mounted btrfs, past their page caches. @throws UllageError */
export function readMounted(device: string, progress?: (count: number) => void): BtrfsUsage {
  const files = btrfsDevices(device).map((path) => openDirectFile(path));
  try {
    return readUsage(files, progress);
  } finally {
    for (const file of files) file.close();
  }
}

/** The subvolume (place in the list) in which a path lies. */
function containing({ subvolumes }: BtrfsUsage, path: string): number {
  let best = -1;
  let longest = -1;
  for (const [index, one] of subvolumes.entries()) {
    if (one.path === undefined) continue;
    const fits = one.path === '' || path === `/${one.path}` || path.startsWith(`/${one.path}/`);
    if (fits && one.path.length > longest) {
      best = index;
      longest = one.path.length;
    }
  }
  return best;
}

function join(
  ledger: Ledger,
  usage: BtrfsUsage,
  byPath: ReadonlyMap<string, number>,
  home: number,
  device: string,
): Ledger {
  const stores: Store[] = [...ledger.stores];
  const missing = new Set(byPath.values());
  const storeOfIndex = usage.subvolumes.map((one, index) => {
    const store = one.path === undefined ? undefined : byPath.get(`/${one.path}`);
    const known = store === undefined ? undefined : stores[store];
    if (store !== undefined && known) {
      missing.delete(store);
      const { apparent, files, changed, created } = storeOf(one);
      stores[store] = {
        ...known,
        apparent,
        ...(files === undefined ? {} : { files }),
        ...(changed === undefined ? {} : { changed }),
        ...(created === undefined ? {} : { created }),
      };
      return store;
    }
    const rest = storeOf(one);
    return (
      stores.push(index === home ? { ...rest, kind: 'other', name: `rest of ${rest.name}`, apparent: 0 } : rest) - 1
    );
  });
  // what was scanned lies in the subvolume around it: its bytes are not counted again there
  const scannedBytes = ledger.sharing.groups.reduce((sum, { bytes }) => sum + bytes, 0);
  const groups = usage.sharing.groups.map(({ owners, bytes }) => ({
    owners: owners.map((owner) => storeOfIndex[owner] as number).sort((a, b) => a - b),
    bytes: owners.length === 1 && owners[0] === home ? Math.max(0, bytes - scannedBytes) : bytes,
  }));
  const notJudged = [...ledger.notJudged, ...spareTheBusy(stores)];
  const names = nameOfStore(ledger, stores);
  const pinned = pinnedOf(usage).map(
    (chunk): PinnedChunk => ({
      ...chunk,
      by: chunk.by.map((one) => {
        const index = usage.subvolumes.findIndex(({ subvolume }) => String(subvolume.id) === one.id);
        const store = storeOfIndex[index];
        return store === undefined ? one : { ...one, id: stores[store]?.id ?? one.id, name: names(store) };
      }),
    }),
  );
  const warnings = [...ledger.warnings, ...btrfsWarnings(usage, device)];
  if (missing.size > 0)
    warnings.push(
      `${missing.size} layers were made or removed since the last commit of the file system, and are not measured: run sync for their figures`,
    );
  return {
    ...ledger,
    source: { ...ledger.source, transaction: usage.generation },
    stores,
    sharing: { owners: stores.length, groups: merged([...ledger.sharing.groups, ...groups]) },
    pinned,
    notJudged,
    warnings,
  };
}

/** A layer by who uses it: containers and images first. */
function nameOfStore(ledger: Ledger, stores: readonly Store[]): (store: number) => string {
  const holders = new Map<number, string[]>();
  for (const { kind, name, stores: held } of ledger.holders)
    for (const store of held) holders.set(store, [...(holders.get(store) ?? []), `${kind} ${name}`]);
  return (store) => (holders.get(store) ?? [stores[store]?.name || stores[store]?.path || '']).slice(0, 4).join('; ');
}

async function scanned(
  ledger: Ledger,
  subvolumes: ReadonlyMap<string, number>,
  why: string,
  progress?: (count: number) => void,
): Promise<Ledger> {
  const trees = [...subvolumes].map(([path, bucket]) => ({ path, bucket }));
  const { groups, warnings } = await scanStores(trees, ledger.stores, progress ? { progress } : {});
  const busy = spareTheBusy(ledger.stores);
  return {
    ...ledger,
    notJudged: [...ledger.notJudged, ...busy],
    sharing: { ...ledger.sharing, groups: merged([...ledger.sharing.groups, ...groups]) },
    warnings: [
      ...ledger.warnings,
      ...warnings,
      `layers are counted in full, shared bytes once for each layer, since the file system's trees could not be read: ${why}`,
    ],
  };
}
