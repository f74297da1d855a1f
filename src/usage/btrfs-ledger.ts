import type { BlockReader } from '../formats/block-reader.ts';
import { type BtrfsUsage, btrfsUsage } from '../formats/btrfs/usage.ts';
import { FormatError } from '../formats/format-error.ts';
import { UllageError } from '../host/host.ts';
import type { PinnedChunk } from './document.ts';
import type { Ledger, Store } from './ledger.ts';

/** A bare btrfs, device or image: one store for each subvolume. @throws UllageError */
export function btrfsLedger(readers: readonly BlockReader[], path: string, progress?: (nodes: number) => void): Ledger {
  const usage = readUsage(readers, progress);
  const [first] = usage.damage;
  if (first && usage.subvolumes.length === 0)
    throw new UllageError(
      `no tree of this btrfs can be read: ${first.what}`,
      `${first.source}, byte ${first.offset}`,
      'Is the image whole? Of several devices name all; btrfs check --readonly tells more',
    );
  return {
    source: { path, what: 'btrfs', transaction: usage.generation },
    stores: usage.subvolumes.map(storeOf),
    holders: [],
    sharing: usage.sharing,
    notJudged: [],
    warnings: btrfsWarnings(usage, path),
    pinned: pinnedOf(usage),
  };
}

/** @throws UllageError where there is no file system to be read */
export function readUsage(readers: readonly BlockReader[], progress?: (nodes: number) => void): BtrfsUsage {
  try {
    return btrfsUsage(readers, progress);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UllageError(
      error.detail ? `${error.what} (${error.detail})` : error.what,
      `${error.source}, byte ${error.offset}`,
      'No btrfs can be read from it: btrfs check --readonly tells more; of several devices name all',
      { cause: error },
    );
  }
}

export function storeOf({ subvolume, path, apparent, files }: BtrfsUsage['subvolumes'][number]): Store {
  const deleting = subvolume.deleting !== undefined;
  return {
    kind: deleting ? 'other' : 'subvolume',
    id: String(subvolume.id),
    name: deleting ? '' : path === '' ? '(top level)' : (path?.slice(path.lastIndexOf('/') + 1) ?? ''),
    path: path === undefined ? '' : `/${path}`,
    apparent,
    files,
    ...(subvolume.changed > 0 ? { changed: subvolume.changed * 1000 } : {}),
    ...(subvolume.created > 0 ? { created: subvolume.created * 1000 } : {}),
    ...(deleting ? { state: 'being deleted' } : {}),
  };
}

export function pinnedOf(usage: BtrfsUsage): PinnedChunk[] {
  return usage.pinned.map(({ logical, length, used, others, by }) => ({
    address: logical,
    length,
    used,
    others,
    by: by.slice(0, 20).map(({ owner, bytes, alone }) => {
      const one = usage.subvolumes[owner];
      return { id: String(one?.subvolume.id), name: one?.path ?? '', bytes, alone };
    }),
  }));
}

export function btrfsWarnings(usage: BtrfsUsage, path: string): string[] {
  const warnings: string[] = [];
  const { damage, lost, healed, missing, restarts } = usage;
  const [first] = damage;
  if (first)
    warnings.push(
      `${path}: ${lost} blocks could not be read, so every sum is too small: ${first.what}, ${first.source}, byte ${first.offset}${first.lost ? ` (lost: ${first.lost})` : ''}`,
    );
  if (healed > 0)
    warnings.push(`${path}: ${healed} blocks were bad in one copy and read from another: run btrfs scrub`);
  if (missing.length > 0)
    warnings.push(
      `${path}: device ${missing.join(', ')} was not given${lost > 0 ? '' : '; every block was read from the others'}`,
    );
  if (restarts > 0) warnings.push(`${path}: changed while it was read; begun anew ${restarts} times`);
  return warnings;
}
