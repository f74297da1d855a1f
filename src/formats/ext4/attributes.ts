import { crc32c } from '../crc32c.ts';

/** fs/ext4/xattr.h */
const MAGIC = 0xea020000;
const ENTRY = 16;
const BLOCK_HEADER = 32;

/** An attribute as it lies on disk. */
export interface RawAttribute {
  /** namespace, see {@link attributeName} */
  index: number;
  name: Buffer;
  /** the value; undefined where it is in `valueInode` */
  value: Buffer | undefined;
  valueInode: number;
  valueSize: number;
}

/** The last words of the name spaces (fs/ext4/xattr.c); the kernel shows no others. */
const PREFIX: Readonly<Record<number, string>> = {
  1: 'user.',
  2: 'system.posix_acl_access',
  3: 'system.posix_acl_default',
  4: 'trusted.',
  6: 'security.',
  8: 'system.richacl',
};

/** index and name of where inline data goes on */
export const isInlineData = (one: RawAttribute): boolean => one.index === 7 && one.name.equals(Buffer.from('data'));

/** The name that getxattr(2) takes; undefined for those that the kernel keeps to itself. */
export function attributeName(one: RawAttribute): Buffer | undefined {
  const prefix = PREFIX[one.index];
  return prefix === undefined ? undefined : Buffer.concat([Buffer.from(prefix), one.name]);
}

/** Attributes between the inode's own fields and its end. */
export function inodeAttributes(raw: Buffer, problem: (what: string) => void): RawAttribute[] {
  if (raw.length <= 128) return [];
  const header = 128 + raw.readUInt16LE(0x80);
  if (header % 4 || header + 8 > raw.length || raw.readUInt32LE(header) !== MAGIC) return [];
  return entries(raw, header + 4, header + 4, problem);
}

/**
 * Attributes of the block that several inodes may share.
 * @param block its number, part of its checksum
 * @param seed of the file system; undefined without metadata_csum
 */
export function blockAttributes(
  b: Buffer,
  block: number,
  seed: number | undefined,
  problem: (what: string) => void,
): RawAttribute[] {
  if (b.readUInt32LE(0) !== MAGIC) {
    problem('the block of extended attributes has no header');
    return [];
  }
  if (seed !== undefined && blockChecksum(b, block, seed) !== b.readUInt32LE(0x10)) {
    problem('the checksum of the block of extended attributes does not match');
    return [];
  }
  return entries(b, BLOCK_HEADER, 0, problem);
}

/** ext4_xattr_block_csum(), fs/ext4/xattr.c */
export function blockChecksum(b: Buffer, block: number, seed: number): number {
  const number = Buffer.alloc(8);
  number.writeUInt32LE(block >>> 0, 0);
  number.writeUInt32LE(Math.floor(block / 2 ** 32), 4);
  let c = crc32c(number, 0, 8, seed);
  c = crc32c(b, 0, 0x10, c);
  c = crc32c(new Uint8Array(4), 0, 4, c);
  return crc32c(b, 0x14, b.length, c);
}

/** struct ext4_xattr_entry: from `at` on, four zero bytes end them; values are counted from `base`. */
function entries(b: Buffer, at: number, base: number, problem: (what: string) => void): RawAttribute[] {
  const found: RawAttribute[] = [];
  let next = at;
  while (next + 4 <= b.length && b.readUInt32LE(next) !== 0) {
    const nameLength = b[next] as number;
    if (next + ENTRY + nameLength > b.length) {
      problem('an extended attribute that reaches past its block');
      break;
    }
    const valueInode = b.readUInt32LE(next + 4);
    const valueSize = b.readUInt32LE(next + 8);
    const from = base + b.readUInt16LE(next + 2);
    const name = b.subarray(next + ENTRY, next + ENTRY + nameLength);
    const index = b[next + 1] as number;
    next = (next + ENTRY + nameLength + 3) & ~3;
    const inside = valueSize === 0 || (from >= at && from + valueSize <= b.length);
    if (valueInode === 0 && !inside) problem('the value of an extended attribute lies outside its block');
    else
      found.push({
        index,
        name,
        value: valueInode === 0 ? b.subarray(from, from + valueSize) : undefined,
        valueInode,
        valueSize,
      });
  }
  return found;
}
