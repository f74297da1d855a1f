import { type BlockReader, readBytes } from '../formats/block-reader.ts';
import { looksLikeBtrfs } from '../formats/btrfs/superblock.ts';
import { looksLikeSuperblock } from '../formats/dm-thin/superblock.ts';
import { UllageError } from '../host/host.ts';
import { btrfsLedger } from './btrfs-ledger.ts';
import type { Ledger } from './ledger.ts';
import { thinLedger } from './thin-ledger.ts';

/** What a device or an image of one holds. @throws UllageError when it is nothing that is known */
export function lookAtImage(readers: readonly BlockReader[], path: string, progress?: (count: number) => void): Ledger {
  const [first] = readers;
  if (first && looksLikeBtrfs(first)) return btrfsLedger(readers, path, progress);
  if (first && first.size >= 4096 && looksLikeSuperblock(readBytes(first, 0, 4096))) return thinLedger(first, path);
  throw new UllageError(
    'neither a btrfs nor the metadata of a thin pool',
    path,
    'Name a btrfs device or image, the metadata device of a thin pool, or a directory',
  );
}
