import { FormatError } from '../format-error.ts';
import { asBuffer, u64 } from './bytes.ts';
import { FEATURES2, INCOMPAT, VERSION } from './features.ts';
import { checksumMatches } from './metadata-header.ts';

/** Bytes that are read for a superblock; its fields end before, its sector may be longer. */
export const SUPERBLOCK_BYTES = 512;
const MAGIC = 0x58465342; // XFSB
/** XFS_MIN_AG_BLOCKS: smaller is refused by the kernel since ever, and keeps counts of AGs sane */
const MIN_AG_BLOCKS = 64;

/** xfs_dsb, fs/xfs/libxfs/xfs_format.h: sizes in bytes, addresses in file system blocks. */
export interface Superblock {
  version: 4 | 5;
  versionBits: number;
  features2: number;
  incompat: number;
  roCompat: number;
  logIncompat: number;
  blockSize: number;
  sectorSize: number;
  inodeSize: number;
  directoryBlockSize: number;
  /** blocks of the data device */
  blocks: number;
  agBlocks: number;
  agCount: number;
  /** bits of an inode number that count inodes in a block, blocks in an AG */
  inodesPerBlockLog: number;
  agBlockLog: number;
  rootInode: number;
  /** undefined: the log is on a device of its own */
  logStart: number | undefined;
  logBlocks: number;
  uuid: Buffer;
  /** what metadata blocks carry: differs from `uuid` after `xfs_admin -U` */
  metaUuid: Buffer;
  label: string;
  /** mkfs or growfs was cut off */
  inProgress: boolean;
  inodes: number;
  freeInodes: number;
  freeBlocks: number;
  /** directory entries carry the kind of what they name */
  ftype: boolean;
  realtime: { blocks: number; extentBlocks: number; groupExtents: number; groupLog: number; start: number };
}

/**
 * The superblock in `bytes` (at least {@link SUPERBLOCK_BYTES}, better its whole sector, which the
 * checksum covers), `offset` telling messages where it was.
 * @throws FormatError what is wrong with it
 */
export function parseSuperblock(raw: Uint8Array, name: string, offset: number): Superblock {
  const bytes = asBuffer(raw);
  const fail = (what: string, detail = ''): never => {
    throw new FormatError(what, name, offset, detail);
  };
  if (bytes.length < SUPERBLOCK_BYTES || bytes.readUInt32BE(0) !== MAGIC) fail('no XFS superblock');
  const versionBits = bytes.readUInt16BE(100);
  const version = versionBits & 15;
  if (version < 4 || version > 5) fail('superblock of a version that is not read', `version ${version}, 4 and 5 are`);
  const sectorSize = bytes.readUInt16BE(102);
  if (!isPower(sectorSize, 512, 32768) || bytes[121] !== Math.log2(sectorSize))
    fail('superblock field is impossible', `sector size ${sectorSize}`);
  if (version === 5 && bytes.length >= sectorSize && !checksumMatches(bytes.subarray(0, sectorSize), 224))
    fail('checksum does not match', 'superblock');

  const features2 = bytes.readUInt32BE(200) | bytes.readUInt32BE(204);
  const incompat = version === 5 ? bytes.readUInt32BE(216) : 0;
  const uuid = Buffer.from(bytes.subarray(32, 48));
  const logStart = u64(bytes, 48);
  const superblock: Superblock = {
    version: version === 5 ? 5 : 4,
    versionBits,
    features2: versionBits & VERSION.more ? features2 : 0,
    incompat,
    roCompat: version === 5 ? bytes.readUInt32BE(212) : 0,
    logIncompat: version === 5 ? bytes.readUInt32BE(220) : 0,
    blockSize: bytes.readUInt32BE(4),
    sectorSize,
    inodeSize: bytes.readUInt16BE(104),
    directoryBlockSize: bytes.readUInt32BE(4) * 2 ** (bytes[192] as number),
    blocks: u64(bytes, 8),
    agBlocks: bytes.readUInt32BE(84),
    agCount: bytes.readUInt32BE(88),
    inodesPerBlockLog: bytes[123] as number,
    agBlockLog: bytes[124] as number,
    rootInode: u64(bytes, 56),
    logStart: logStart === 0 ? undefined : logStart,
    logBlocks: bytes.readUInt32BE(96),
    uuid,
    metaUuid: incompat & INCOMPAT.metaUuid ? Buffer.from(bytes.subarray(248, 264)) : uuid,
    label: bytes.subarray(108, 120).toString('latin1').replace(/\0.*$/s, ''),
    inProgress: bytes[126] !== 0,
    inodes: u64(bytes, 128),
    freeInodes: u64(bytes, 136),
    freeBlocks: u64(bytes, 144),
    ftype:
      version === 5
        ? (incompat & INCOMPAT.ftype) !== 0
        : (versionBits & VERSION.more && features2 & FEATURES2.ftype) !== 0,
    realtime: {
      blocks: u64(bytes, 16),
      extentBlocks: bytes.readUInt32BE(80),
      groupExtents: incompat & INCOMPAT.metadir ? bytes.readUInt32BE(276) : 0,
      groupLog: incompat & INCOMPAT.metadir ? (bytes[280] as number) : 0,
      start: incompat & INCOMPAT.zoned ? u64(bytes, 288) : 0,
    },
  };
  const fault = impossible(superblock, bytes);
  if (fault !== undefined) fail('superblock field is impossible', fault);
  return superblock;
}

/** The checks of xfs_validate_sb_common() on which every later calculation rests. */
function impossible(sb: Superblock, bytes: Buffer): string | undefined {
  const inodesPerBlock = sb.blockSize / sb.inodeSize;
  if (!isPower(sb.blockSize, 512, 65536) || bytes[120] !== Math.log2(sb.blockSize)) return `block size ${sb.blockSize}`;
  if (sb.sectorSize > sb.blockSize) return `sector size ${sb.sectorSize}, block size ${sb.blockSize}`;
  if (!isPower(sb.inodeSize, 256, 2048) || (sb.version === 5 && sb.inodeSize < 512))
    return `inode size ${sb.inodeSize}`;
  if (inodesPerBlock < 1 || 2 ** sb.inodesPerBlockLog !== inodesPerBlock)
    return `inodes per block 2^${sb.inodesPerBlockLog}`;
  if (!isPower(sb.directoryBlockSize, 512, 65536)) return `directory block size ${sb.directoryBlockSize}`;
  if (sb.agBlocks < MIN_AG_BLOCKS || sb.agBlockLog !== Math.ceil(Math.log2(sb.agBlocks)))
    return `${sb.agBlocks} blocks in a group, 2^${sb.agBlockLog}`;
  if (
    sb.agCount < 1 ||
    sb.blocks > sb.agCount * sb.agBlocks ||
    sb.blocks < (sb.agCount - 1) * sb.agBlocks + MIN_AG_BLOCKS
  )
    return `${sb.blocks} blocks in ${sb.agCount} groups of ${sb.agBlocks}`;
  if (!Number.isSafeInteger(sb.blocks * sb.blockSize)) return `${sb.blocks} blocks`;
  if (!Number.isSafeInteger(sb.rootInode)) return `root inode ${sb.rootInode}`;
  if (sb.version === 4 && !(sb.versionBits & VERSION.dirV2)) return 'directories of version 1, which are not read';
  return undefined;
}

function isPower(value: number, least: number, most: number): boolean {
  return value >= least && value <= most && (value & (value - 1)) === 0;
}
