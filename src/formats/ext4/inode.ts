import { crc32c } from '../crc32c.ts';
import { KIND_OF_MODE } from '../file-kind.ts';
import type { FileNode, Timestamp } from '../file-tree.ts';

/** i_flags, fs/ext4/ext4.h */
export const INODE_FLAG = {
  encrypt: 0x800,
  index: 0x1000,
  extents: 0x80000,
  eaInode: 0x200000,
  inlineData: 0x10000000,
  casefold: 0x40000000,
} as const;

/** An inode with what only this format needs. */
export interface Ext4Inode extends FileNode {
  flags: number;
  generation: number;
  /** block of its extended attributes, 0 without */
  attributeBlock: number;
  /** the whole inode as it lies on disk (a copy) */
  raw: Buffer;
  /** register that checksums of its blocks start from */
  seed: number | undefined;
}

/**
 * struct ext4_inode, fs/ext4/ext4.h.
 * @param raw one inode; kept
 * @param seed the file system's register, undefined without metadata_csum
 * @returns undefined where its kind is none
 */
export function unpackInode(raw: Buffer, inode: number, seed: number | undefined): Ext4Inode | undefined {
  const format = raw.readUInt16LE(0);
  const kind = KIND_OF_MODE[format >>> 12];
  if (!kind) return undefined;
  const extra = raw.length > 128 ? raw.readUInt16LE(0x80) : 0;
  const generation = raw.readUInt32LE(0x64);
  const own = seed === undefined ? undefined : inodeSeed(seed, inode, generation);
  const node: Ext4Inode = {
    inode,
    kind,
    mode: format & 0o7777,
    uid: raw.readUInt16LE(2) + raw.readUInt16LE(0x78) * 0x10000,
    gid: raw.readUInt16LE(0x18) + raw.readUInt16LE(0x7a) * 0x10000,
    size: raw.readUInt32LE(4) + raw.readUInt32LE(0x6c) * 2 ** 32,
    nlink: raw.readUInt16LE(0x1a),
    atime: timestamp(raw, 8, 0x8c, extra),
    mtime: timestamp(raw, 0x10, 0x88, extra),
    ctime: timestamp(raw, 0xc, 0x84, extra),
    flags: raw.readUInt32LE(0x20),
    generation,
    attributeBlock: raw.readUInt32LE(0x68) + raw.readUInt16LE(0x76) * 2 ** 32,
    raw,
    seed: own,
  };
  if (kind === 'char' || kind === 'block') node.rdev = deviceNumber(raw.readUInt32LE(0x28), raw.readUInt32LE(0x2c));
  if (own !== undefined && !checksumMatches(raw, own, extra))
    node.doubtful = 'the checksum of the inode does not match';
  return node;
}

/** Low two bits of the extra word go on top of the signed seconds, the rest are nanoseconds. */
function timestamp(raw: Buffer, at: number, extraAt: number, bytes: number): Timestamp {
  const seconds = raw.readInt32LE(at);
  if (bytes < extraAt + 4 - 128) return { seconds, nanoseconds: 0 };
  const extra = raw.readUInt32LE(extraAt);
  return { seconds: seconds + (extra & 3) * 2 ** 32, nanoseconds: extra >>> 2 };
}

/** ext4_set_inode / old_decode_dev, new_decode_dev (include/linux/kdev_t.h) */
function deviceNumber(old: number, wide: number): { major: number; minor: number } {
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  return { major: (wide & 0xfff00) >>> 8, minor: (wide & 0xff) | ((wide >>> 12) & 0xfff00) };
}

const WORDS = Buffer.alloc(8);

/** Number and generation of the inode: a stale block of another inode does not pass. */
export function inodeSeed(seed: number, inode: number, generation: number): number {
  WORDS.writeUInt32LE(inode >>> 0);
  WORDS.writeUInt32LE(generation, 4);
  return crc32c(WORDS, 0, 8, seed);
}

/** the largest inode is a block of 64 KiB */
const ROOM = Buffer.alloc(65_536);

/** ext4_inode_csum(), fs/ext4/inode.c: both halves of the sum count as zero. */
export function inodeChecksum(raw: Buffer, seed: number, extra: number): number {
  ROOM.set(raw);
  ROOM[0x7c] = ROOM[0x7d] = 0;
  if (raw.length > 128 && extra >= 4) ROOM[0x82] = ROOM[0x83] = 0;
  return crc32c(ROOM, 0, raw.length, seed);
}

function checksumMatches(raw: Buffer, seed: number, extra: number): boolean {
  const c = inodeChecksum(raw, seed, extra);
  const low = raw.readUInt16LE(0x7c);
  return extra >= 4 ? c === low + raw.readUInt16LE(0x82) * 0x10000 : (c & 0xffff) === low;
}
