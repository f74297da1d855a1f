import { type BlockReader, readBytes } from '../block-reader.ts';
import { crc32c } from '../crc32c.ts';
import { FormatError } from '../format-error.ts';
import { COMPAT, featureNames, INCOMPAT, RO_COMPAT, unreadableFeatures } from './features.ts';

/** struct ext4_super_block, fs/ext4/ext4.h: 1024 bytes at byte 1024, little-endian. */
const SIZE = 1024;
const FIRST = 1024;
const MAGIC = 0xef53;
const STATE_ERRORS = 2;

/** What a reader needs of the superblock. Block numbers are of blocks of `blockSize` bytes. */
export interface Superblock {
  blockSize: number;
  blocks: number;
  inodes: number;
  freeBlocks: number;
  freeInodes: number;
  firstDataBlock: number;
  blocksPerGroup: number;
  inodesPerGroup: number;
  inodeSize: number;
  descriptorSize: number;
  groups: number;
  firstMetaGroup: number;
  reservedDescriptorBlocks: number;
  backupGroups: readonly [number, number];
  compat: number;
  incompat: number;
  roCompat: number;
  features: readonly string[];
  uuid: Buffer;
  label: string;
  /** register that every metadata checksum starts from; undefined without metadata_csum */
  seed: number | undefined;
  journalInode: number;
  /** copy of the journal inode's i_block and size, where the kernel keeps one */
  journalBackup: { blocks: Buffer; size: number } | undefined;
  orphanList: number;
  state: { clean: boolean; errors: boolean; needsRecovery: boolean };
  /** byte it was read at: 1024, or a backup's */
  at: number;
}

/**
 * The superblock at byte 1024, or the best of its backups when that is damaged.
 * @returns it and the notes that are to be told
 */
export function readSuperblock(reader: BlockReader): { superblock: Superblock; notes: string[] } {
  let problem: unknown;
  try {
    return { superblock: unpackSuperblock(reader, FIRST), notes: [] };
  } catch (error) {
    if (!(error instanceof FormatError) || error.what.startsWith('this ext4 has features')) throw error;
    problem = error;
  }
  for (const at of backupPlaces(reader.size)) {
    try {
      const superblock = unpackSuperblock(reader, at);
      return {
        superblock,
        notes: [`The first superblock is damaged (${(problem as Error).message}): the copy at byte ${at} is used.`],
      };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  throw problem;
}

/** Group 1, 3, 5, 7, 9 and 25 at mke2fs's usual sizes: blocks of 1, 4, 2, 64 KiB, each of 8 x size blocks. */
function* backupPlaces(size: number): Iterable<number> {
  for (const group of [1, 3, 5, 7, 9, 25, 27, 49])
    for (const blockSize of [1024, 4096, 2048, 65_536]) {
      const at = group * blockSize * 8 * blockSize + (blockSize === 1024 ? 1024 : 0);
      if (at + SIZE <= size) yield at;
    }
}

/** @throws FormatError where there is none, or it cannot be right */
export function unpackSuperblock(reader: BlockReader, at: number): Superblock {
  const fail = (what: string, detail = ''): never => {
    throw new FormatError(what, reader.name, at, detail);
  };
  if (reader.size < at + SIZE) fail('no ext4 superblock', 'the source is too small');
  const b = Buffer.from(readBytes(reader, at, SIZE).buffer);
  if (b.readUInt16LE(0x38) !== MAGIC) fail('no ext4 superblock', 'its magic number is missing');
  const [compat, incompat, roCompat] = [b.readUInt32LE(0x5c), b.readUInt32LE(0x60), b.readUInt32LE(0x64)];
  const csum = (roCompat & RO_COMPAT.metadata_csum) !== 0;
  if (csum && crc32c(b, 0, 0x3fc) !== b.readUInt32LE(0x3fc)) fail('checksum of the superblock does not match');
  const unreadable = unreadableFeatures(incompat);
  if (unreadable.length > 0)
    fail('this ext4 has features that change its layout in ways not known here', unreadable.join(', '));
  const is64 = (incompat & INCOMPAT['64bit']) !== 0;
  const revision = b.readUInt32LE(0x4c);
  const logBlock = b.readUInt32LE(0x18);
  if (logBlock > 6) fail('block size out of range', `2^${10 + logBlock} bytes`);
  const blockSize = 1024 << logBlock;
  const blocks = b.readUInt32LE(4) + (is64 ? b.readUInt32LE(0x150) * 2 ** 32 : 0);
  const firstDataBlock = b.readUInt32LE(0x14);
  const blocksPerGroup = b.readUInt32LE(0x20);
  const inodesPerGroup = b.readUInt32LE(0x28);
  const inodeSize = revision === 0 ? 128 : b.readUInt16LE(0x58);
  const descriptorSize = is64 ? b.readUInt16LE(0xfe) : 32;
  const inodes = b.readUInt32LE(0);
  if (inodeSize < 128 || inodeSize > blockSize || inodeSize & (inodeSize - 1))
    fail('inode size out of range', `${inodeSize} bytes`);
  if (descriptorSize < 32 || descriptorSize > 1024 || descriptorSize & (descriptorSize - 1))
    fail('group descriptor size out of range', `${descriptorSize} bytes`);
  if (firstDataBlock > 1 || blocks <= firstDataBlock || !Number.isSafeInteger(blocks * blockSize))
    fail('number of blocks out of range', `${blocks}`);
  if (blocksPerGroup < 8 || blocksPerGroup % 8 || inodesPerGroup === 0)
    fail('group size out of range', `${blocksPerGroup} blocks`);
  const groups = Math.ceil((blocks - firstDataBlock) / blocksPerGroup);
  if (groups * inodesPerGroup > 2 ** 32 || inodes > groups * inodesPerGroup)
    fail('number of inodes out of range', `${inodes}`);
  const uuid = Buffer.from(b.subarray(0x68, 0x78));
  const seed = (incompat & INCOMPAT.metadata_csum_seed) !== 0 ? b.readUInt32LE(0x270) : crc32c(uuid);
  const state = b.readUInt16LE(0x3a);
  const label = b.subarray(0x78, 0x88);
  return {
    blockSize,
    blocks,
    inodes,
    freeBlocks: b.readUInt32LE(0xc) + (is64 ? b.readUInt32LE(0x158) * 2 ** 32 : 0),
    freeInodes: b.readUInt32LE(0x10),
    firstDataBlock,
    blocksPerGroup,
    inodesPerGroup,
    inodeSize,
    descriptorSize,
    groups,
    firstMetaGroup: b.readUInt32LE(0x104),
    reservedDescriptorBlocks: b.readUInt16LE(0xce),
    backupGroups: [b.readUInt32LE(0x24c), b.readUInt32LE(0x250)],
    compat,
    incompat,
    roCompat,
    features: featureNames(compat, incompat, roCompat),
    uuid,
    label: label.subarray(0, label.indexOf(0) < 0 ? 16 : label.indexOf(0)).toString('utf8'),
    seed: csum ? seed : undefined,
    journalInode: compat & COMPAT.has_journal ? b.readUInt32LE(0xe0) : 0,
    journalBackup: b[0xfd] === 1 ? journalBackup(b) : undefined,
    orphanList: b.readUInt32LE(0xe8),
    state: {
      clean: (state & 1) !== 0,
      errors: (state & STATE_ERRORS) !== 0,
      needsRecovery: (incompat & INCOMPAT.needs_recovery) !== 0,
    },
    at,
  };
}

/** s_jnl_blocks: 15 words of i_block, then i_size_high and i_size. */
function journalBackup(b: Buffer): { blocks: Buffer; size: number } {
  return {
    blocks: Buffer.from(b.subarray(0x10c, 0x10c + 60)),
    size: b.readUInt32LE(0x10c + 64) + b.readUInt32LE(0x10c + 60) * 2 ** 32,
  };
}

/** The uuid as blkid(8) prints it. */
export function uuidText(uuid: Buffer): string {
  return uuid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
