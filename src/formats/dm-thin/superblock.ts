import { type BlockReader, readBytes } from '../block-reader.ts';
import { crcOfWords } from '../crc32c.ts';
import { FormatError } from '../format-error.ts';
import { BLOCK, SALT, SECTOR, u64, WORDS } from './layout.ts';

/** Root of a space map, as the superblock holds it (struct disk_sm_root). */
export interface SpaceMapRoot {
  blocks: number;
  allocated: number;
  /** of data: root of the tree of bitmaps; of metadata: the index block */
  bitmapRoot: number;
  /** root of the tree of counts of three and more */
  countRoot: number;
}

/** struct thin_disk_superblock. Block numbers are of metadata blocks of 4 KiB. */
export interface Superblock {
  /** the pool failed a commit or an abort: its metadata must be checked before it may be written */
  needsCheck: boolean;
  /** `flags` whole: bit 0 is needs_check */
  flags: number;
  /** 32 hexadecimal digits; the kernel writes zeros */
  uuid: string;
  version: number;
  /** counts snapshots; mappings carry the time at which they were made */
  time: number;
  transaction: number;
  /** block of the metadata snapshot's superblock; 0: none */
  heldRoot: number;
  data: SpaceMapRoot;
  metadata: SpaceMapRoot;
  mappingRoot: number;
  detailsRoot: number;
  /** bytes of a data block */
  blockSize: number;
  /** as the superblock says it; 0 in old ones */
  metadataBlocks: number;
  /** feature flags: compatible, compatible for reading, incompatible. No kernel knows any. */
  features: { compatible: number; readOnly: number; incompatible: number };
}

/** THIN_SUPERBLOCK_MAGIC */
export const MAGIC = 27022010;

/** True where a block of metadata begins as a thin pool's superblock, whole or not. */
export function looksLikeSuperblock(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= 40 && view.getUint32(32, true) === MAGIC && view.getUint32(36, true) === 0;
}

/** @throws FormatError when it is none, its checksum does not match, or this reader does not know its version or features */
export function readSuperblock(reader: BlockReader, block = 0): Superblock {
  const at = block * BLOCK;
  if (reader.size < at + BLOCK)
    throw new FormatError('no superblock of a thin pool', reader.name, at, `it has ${reader.size} bytes`);
  const bytes = readBytes(reader, at, BLOCK);
  const words = new Int32Array(bytes.buffer);
  if (!looksLikeSuperblock(bytes)) throw new FormatError('no superblock of a thin pool', reader.name, at);
  if ((crcOfWords(words, 1, WORDS) ^ SALT.superblock) !== words[0])
    throw new FormatError('checksum of the superblock does not match', reader.name, at);
  const found = unpackSuperblock(words);
  if (u64(words, 2) !== block)
    throw new FormatError('superblock of another place', reader.name, at, `it says it is block ${u64(words, 2)}`);
  const wrong = unusable(found);
  if (wrong) throw new FormatError(wrong.what, reader.name, at, wrong.detail);
  return found;
}

/** Fields without any check, for a superblock whose checksum does not match. */
export function unpackSuperblock(words: Int32Array): Superblock {
  const flags = (words[1] as number) >>> 0;
  return {
    needsCheck: (flags & 1) !== 0,
    flags,
    uuid: Buffer.from(words.buffer, words.byteOffset + 16, 16).toString('hex'),
    version: (words[10] as number) >>> 0,
    time: (words[11] as number) >>> 0,
    transaction: u64(words, 12),
    heldRoot: u64(words, 14),
    data: spaceMapRoot(words, 16),
    metadata: spaceMapRoot(words, 48),
    mappingRoot: u64(words, 80),
    detailsRoot: u64(words, 82),
    blockSize: ((words[84] as number) >>> 0) * SECTOR,
    metadataBlocks: u64(words, 86),
    features: {
      compatible: (words[88] as number) >>> 0,
      readOnly: (words[89] as number) >>> 0,
      incompatible: (words[90] as number) >>> 0,
    },
  };
}

function spaceMapRoot(words: Int32Array, at: number): SpaceMapRoot {
  return {
    blocks: u64(words, at),
    allocated: u64(words, at + 2),
    bitmapRoot: u64(words, at + 4),
    countRoot: u64(words, at + 6),
  };
}

/** Limits of the kernel: dm-thin.c DATA_DEV_BLOCK_SIZE_{MIN,MAX}_SECTORS, dm-thin-metadata.c THIN_VERSION. */
function unusable(found: Superblock): { what: string; detail: string } | undefined {
  if (found.version < 1 || found.version > 2)
    return { what: 'unknown version of thin-pool metadata', detail: `version ${found.version}; 1 and 2 are known` };
  if (found.features.incompatible !== 0)
    return {
      what: 'unknown incompatible features of thin-pool metadata',
      detail: `flags 0x${found.features.incompatible.toString(16)}; no kernel has any`,
    };
  const { blockSize } = found;
  if (blockSize < 65536 || blockSize > 2 ** 30 || blockSize % 65536 !== 0)
    return {
      what: 'impossible block size of a thin pool',
      detail: `${blockSize} bytes; multiples of 64 KiB up to 1 GiB are possible`,
    };
  return undefined;
}
