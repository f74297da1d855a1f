import { KIND_OF_MODE } from '../file-kind.ts';
import type { FileKind, FileNode, Timestamp } from '../file-tree.ts';
import { u64 } from './bytes.ts';

/** xfs_dinode, fs/xfs/libxfs/xfs_format.h */
export const INODE_MAGIC = 0x494e;
export const INODE_CRC = 100;
/** XFS_DIFLAG_REALTIME: content lies on the realtime device */
const FLAG_REALTIME = 1;
/** bits of the low word of di_flags2 */
const FLAG2_BIGTIME = 1 << 3;
const FLAG2_NREXT64 = 1 << 4;
/** bigtime counts nanoseconds from here: the smallest second of the old encoding */
const BIGTIME_EPOCH = 2 ** 31;

/** How a fork keeps what it has: enum xfs_dinode_fmt. */
export type ForkFormat = 'device' | 'local' | 'extents' | 'btree';
const FORMATS: readonly (ForkFormat | undefined)[] = ['device', 'local', 'extents', 'btree'];

export interface Fork {
  inode: number;
  /** byte of the inode in the source, for messages */
  position: number;
  which: 'data' | 'attribute';
  format: ForkFormat;
  /** its part of the inode's literal area */
  bytes: Buffer;
  /** extents it says it has */
  extents: number;
}

export interface Inode extends FileNode {
  realtime: boolean;
  data: Fork;
  attribute: Fork | undefined;
}

/** Bytes of the fixed part: xfs_dinode_size(). */
export function inodeCoreSize(version: number): number {
  return version >= 3 ? 176 : 100;
}

/**
 * An inode whose magic, checksum and number were checked; a sentence says what is impossible in it.
 * @param bytes the whole inode
 */
export function parseInode(bytes: Buffer, number: number, position: number): Inode | string {
  const version = bytes[4] as number;
  const bits = bytes.readUInt16BE(2);
  const kind = KIND_OF_MODE[bits >> 12];
  if (bits === 0) return 'inode is free, yet something names it';
  if (kind === undefined) return `inode of no known kind (mode 0${bits.toString(8)})`;
  const flags2 = version >= 3 ? bytes.readUInt32BE(124) : 0;
  const size = u64(bytes, 56);
  if (!Number.isSafeInteger(size)) return `inode's size is impossible (${size})`;
  const forks = parseForks(bytes, number, position, version, (flags2 & FLAG2_NREXT64) !== 0);
  if (typeof forks === 'string') return forks;
  const fault = forkFault(forks.data, kind, size);
  if (fault !== undefined) return fault;
  const bigtime = (flags2 & FLAG2_BIGTIME) !== 0;
  const rdev = forks.data.bytes.readUInt32BE(0);
  return {
    inode: number,
    kind,
    mode: bits & 0o7777,
    uid: bytes.readUInt32BE(8),
    gid: bytes.readUInt32BE(12),
    size: kind === 'char' || kind === 'block' || kind === 'fifo' || kind === 'socket' ? 0 : size,
    nlink: version === 1 ? bytes.readUInt16BE(6) : bytes.readUInt32BE(16),
    atime: timestamp(bytes, 32, bigtime),
    mtime: timestamp(bytes, 40, bigtime),
    ctime: timestamp(bytes, 48, bigtime),
    // sysv_major() and sysv_minor() of include/linux/kdev_t.h
    ...(kind === 'char' || kind === 'block' ? { rdev: { major: rdev >>> 18, minor: rdev & 0x3ffff } } : {}),
    realtime: (bytes.readUInt16BE(90) & FLAG_REALTIME) !== 0,
    ...forks,
  };
}

function timestamp(bytes: Buffer, at: number, bigtime: boolean): Timestamp {
  if (!bigtime) return { seconds: bytes.readInt32BE(at), nanoseconds: bytes.readInt32BE(at + 4) };
  // 64 bits of nanoseconds, divided by hand: a double has 53
  const top = bytes.readUInt32BE(at);
  const middle = (top % BILLION) * 2 ** 16 + bytes.readUInt16BE(at + 4);
  const low = (middle % BILLION) * 2 ** 16 + bytes.readUInt16BE(at + 6);
  const seconds =
    Math.floor(top / BILLION) * 2 ** 32 + Math.floor(middle / BILLION) * 2 ** 16 + Math.floor(low / BILLION);
  return { seconds: seconds - BIGTIME_EPOCH, nanoseconds: low % BILLION };
}

const BILLION = 1_000_000_000;

function parseForks(
  bytes: Buffer,
  inode: number,
  position: number,
  version: number,
  nrext64: boolean,
): { data: Fork; attribute: Fork | undefined } | string {
  const core = inodeCoreSize(version);
  const offset = (bytes[82] as number) * 8;
  const middle = offset === 0 ? bytes.length : core + offset;
  if (middle > bytes.length) return `inode's attribute fork lies outside it (${offset})`;
  const format = FORMATS[bytes[5] as number];
  const attributeFormat = FORMATS[bytes[83] as number];
  if (format === undefined || middle - core < 8) return `inode's data fork has an impossible format (${bytes[5]})`;
  const data: Fork = {
    inode,
    position,
    which: 'data',
    format,
    bytes: bytes.subarray(core, middle),
    extents: nrext64 ? u64(bytes, 24) : bytes.readUInt32BE(76),
  };
  if (offset === 0) return { data, attribute: undefined };
  if (attributeFormat === undefined || attributeFormat === 'device')
    return `inode's attribute fork has an impossible format (${bytes[83]})`;
  const extents = nrext64 ? bytes.readUInt32BE(76) : bytes.readUInt16BE(80);
  return {
    data,
    attribute: { inode, position, which: 'attribute', format: attributeFormat, bytes: bytes.subarray(middle), extents },
  };
}

/** What xfs_dinode_verify() would refuse in the data fork. */
function forkFault(fork: Fork, kind: FileKind, size: number): string | undefined {
  const special = kind !== 'file' && kind !== 'directory' && kind !== 'symlink';
  if (special !== (fork.format === 'device')) return `inode is a ${kind} with a data fork in ${fork.format} format`;
  if (fork.format === 'local' && (kind === 'file' || size > fork.bytes.length))
    return `inode is a ${kind} of ${size} bytes said to lie in the inode`;
  return undefined;
}
