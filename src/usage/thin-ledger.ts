import type { BlockReader } from '../formats/block-reader.ts';
import { FormatError } from '../formats/format-error.ts';
import { type ThinSharing, thinSharing } from '../formats/thin-sharing.ts';
import { UllageError } from '../host/host.ts';
import type { Ledger, Store } from './ledger.ts';

/** The metadata of a thin pool: one store for each device. @throws UllageError */
export function thinLedger(reader: BlockReader, path: string): Ledger {
  const found = readThin(reader);
  return {
    source: { path, what: 'dm-thin', transaction: found.superblock.transaction },
    stores: found.devices.map(({ id, details }) => thinStore(id, (details?.mapped ?? 0) * found.superblock.blockSize)),
    holders: [],
    sharing: found.sharing,
    notJudged: [],
    warnings: thinWarnings(found, path),
  };
}

export function thinStore(id: number, apparent: number): Store {
  return { kind: 'thin-device', id: String(id), name: `thin device ${id}`, path: '', apparent };
}

/** @throws UllageError where it is no pool's metadata */
export function readThin(reader: BlockReader): ThinSharing {
  try {
    return thinSharing(reader);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UllageError(
      error.detail ? `${error.what} (${error.detail})` : error.what,
      `${error.source}, byte ${error.offset}`,
      'Name the metadata of a thin pool; thin_check tells more',
      { cause: error },
    );
  }
}

export function thinWarnings({ damage, snapshot }: ThinSharing, path: string): string[] {
  const [first] = damage;
  return [
    ...(first
      ? [
          `${path}: ${damage.length} parts could not be read, so every sum is too small: ${first.what}, byte ${first.offset}${first.lost ? ` (lost: ${first.lost})` : ''}`,
        ]
      : []),
    ...(snapshot
      ? []
      : [`${path}: figures are right if the pool is not active; of an active one take a metadata snapshot first`]),
  ];
}
