import type { BlockReader } from '../../formats/block-reader.ts';
import { readBytes } from '../../formats/block-reader.ts';
import { findRoots, type RootCandidate } from '../../formats/dm-thin/find-roots.ts';
import { looksLikeSuperblock, type Superblock, unpackSuperblock } from '../../formats/dm-thin/superblock.ts';
import type { FormatError } from '../../formats/format-error.ts';
import { type Signature, signatureOf } from '../../formats/open-file-system.ts';
import { UllageError } from '../../host/host.ts';

/** What the operator says of a pool whose superblock cannot be used. */
export interface Told {
  /** `MAPPING,DETAILS`: block numbers of the two roots */
  roots?: string;
  /** bytes of a data block */
  blockSize?: number;
  /** data blocks of the pool */
  dataBlocks?: number;
}

/** Candidates that are shown. */
const SHOWN = 5;

/**
 * A superblock made of roots that the operator chose, or an error that lists the likely ones.
 * @throws UllageError
 */
export function withoutSuperblock(metadata: BlockReader, why: FormatError, told: Told, data?: BlockReader): Superblock {
  const roots = told.roots === undefined ? undefined : /^(\d+),(\d+)$/.exec(told.roots);
  if (roots === null)
    throw new UllageError('not two block numbers', `--roots ${told.roots}`, 'Give for example --roots 1540,1543');
  const candidates = findRoots(metadata);
  const [, mapping = '', details = ''] = roots ?? [];
  if (!roots) throw new UllageError(why.what, metadata.name, advice(candidates, metadata));
  const known = candidates.find((one) => one.mappingRoot === Number(mapping) && one.detailsRoot === Number(details));
  const remains = remainsOf(metadata);
  const blockSize = told.blockSize ?? remains?.blockSize;
  if (blockSize === undefined)
    throw new UllageError(
      'the size of the pool’s blocks is lost with its superblock',
      metadata.name,
      'Give it with --block-size: 65536 is Docker’s and containerd’s default, lvs -o chunk_size has LVM’s',
    );
  const dataBlocks =
    told.dataBlocks ?? (data ? Math.floor(data.size / blockSize) : (remains?.data.blocks ?? known?.dataBlocks));
  if (dataBlocks === undefined)
    throw new UllageError('how many data blocks the pool has is lost', metadata.name, 'Give it with --data-blocks');
  const none = { blocks: 0, allocated: 0, bitmapRoot: 0, countRoot: 0 };
  return {
    needsCheck: true,
    flags: 0,
    uuid: '0'.repeat(32),
    version: 2,
    time: remains?.time ?? known?.time ?? 0,
    transaction: remains?.transaction ?? (known ? known.transaction + 1 : 0),
    heldRoot: 0,
    data: { ...none, blocks: dataBlocks },
    metadata: none,
    mappingRoot: Number(mapping),
    detailsRoot: Number(details),
    blockSize,
    metadataBlocks: 0,
    features: { compatible: 0, readOnly: 0, incompatible: 0 },
  };
}

function seenIn(metadata: BlockReader): string {
  const signature = metadata.size === 0 ? 'empty' : signatureOf(metadata);
  if (signature === 'empty') return 'It is empty';
  return signature === undefined ? 'It is nothing that is known here' : `It begins as ${SEEN[signature]}`;
}

const SEEN: Readonly<Record<Signature, string>> = {
  ext4: 'an ext4 file system',
  xfs: 'an xfs file system',
  btrfs: 'a btrfs file system',
  lvm2: 'a physical volume of LVM',
  luks: 'an encrypted volume (LUKS)',
  swap: 'swap space',
  partitions: 'a disk with partitions',
};

/** Fields of a superblock whose checksum is wrong, where they are possible. */
function remainsOf(metadata: BlockReader): Superblock | undefined {
  try {
    const bytes = readBytes(metadata, 0, 4096);
    if (!looksLikeSuperblock(bytes)) return undefined;
    const found = unpackSuperblock(new Int32Array(bytes.buffer));
    const { blockSize, data } = found;
    const possible = blockSize >= 65536 && blockSize <= 2 ** 30 && blockSize % 65536 === 0 && data.blocks < 2 ** 40;
    return possible ? found : undefined;
  } catch {
    return undefined;
  }
}

function advice(candidates: readonly RootCandidate[], metadata: BlockReader): string {
  if (candidates.length === 0)
    return `${seenIn(metadata)}, and no trees of a thin pool are in it: name the pool's metadata (the file devicemapper/devicemapper/metadata of a Docker root, the device _tmeta of an LVM pool), the disk that holds an LVM pool, or a Docker data root`;
  const shown = candidates
    .slice(0, SHOWN)
    .map(
      (one) =>
        `--roots ${one.mappingRoot},${one.detailsRoot} (${one.devices} devices, ${one.matching} of them whole, ${one.mapped} blocks mapped, transaction ${one.transaction}, time ${one.time}${one.named ? `, named by a ${one.named}` : ''})`,
    );
  return `These roots were found, the likeliest first; give one of them: ${shown.join('; ')}`;
}
