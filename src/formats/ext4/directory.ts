import { crc32c } from '../crc32c.ts';
import type { DirectoryEntry } from '../file-tree.ts';

/** struct ext4_dir_entry_2 without its name, fs/ext4/ext4.h */
const HEADER = 8;
/** struct ext4_dir_entry_tail: a record without a name that carries the checksum of the block */
const TAIL = 12;
const TAIL_TYPE = 0xde;

/**
 * The names in one area of directory records, as they stand; `.`, `..` and free records are
 * left out. A record that cannot be right ends it. Names are copies: `b` may be used again.
 * @param inodes highest number an inode may have
 * @param problem told once, with the byte in the block
 */
export function records(
  b: Buffer,
  inodes: number,
  problem: (what: string, at: number) => void,
  doubtful?: string,
): DirectoryEntry[] {
  const found: DirectoryEntry[] = [];
  let at = 0;
  while (at + HEADER <= b.length) {
    const length = recordLength(b.readUInt16LE(at + 4), b.length);
    const nameLength = b[at + 6] as number;
    if (length < HEADER + 4 || length % 4 || at + length > b.length) {
      if (at + HEADER + 4 > b.length && length === 0) return found;
      problem('a directory record of an impossible length', at);
      return found;
    }
    if (HEADER + nameLength > length) {
      problem('a name longer than its directory record', at);
      return found;
    }
    const inode = b.readUInt32LE(at);
    const from = at + HEADER;
    if (inode !== 0 && nameLength > 0) {
      if (inode > inodes) problem('a name of an inode beyond the last', at);
      else if (!isName(b, from, from + nameLength)) problem('a name with a slash or NUL in it', at);
      else if (!isDots(b, from, nameLength)) {
        const name = Buffer.allocUnsafe(nameLength);
        b.copy(name, 0, from, from + nameLength);
        found.push(doubtful === undefined ? { name, inode } : { name, inode, doubtful });
      }
    }
    at += length;
  }
  return found;
}

/** ext4_rec_len_from_disk(): blocks of 64 KiB cannot say their own length in 16 bits. */
function recordLength(raw: number, blockSize: number): number {
  return blockSize === 65_536 && (raw === 65_535 || raw === 0) ? 65_536 : raw;
}

function isDots(b: Buffer, at: number, length: number): boolean {
  return b[at] === 0x2e && (length === 1 || (length === 2 && b[at + 1] === 0x2e));
}

function isName(b: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (b[i] === 0x2f || b[i] === 0) return false;
  return true;
}

/**
 * Whether the checksum of a directory block matches: that of its tail, or of an index block the
 * htree's own (ext4_dirblock_csum_verify and ext4_dx_csum_verify, fs/ext4/namei.c).
 * @param seed of the directory's inode
 */
export function directoryBlockIsGood(b: Buffer, seed: number, indexed: boolean): boolean {
  const at = b.length - TAIL;
  const tail =
    b.readUInt32LE(at) === 0 && b.readUInt16LE(at + 4) === TAIL && b[at + 6] === 0 && b[at + 7] === TAIL_TYPE;
  if (tail && crc32c(b, 0, at, seed) === b.readUInt32LE(at + 8)) return true;
  // a leaf that became an index keeps what looks like its old tail
  return indexed && indexBlockIsGood(b, seed);
}

function indexBlockIsGood(b: Buffer, seed: number): boolean {
  const count = countOffset(b);
  if (count === 0) return false;
  const limit = b.readUInt16LE(count);
  const used = b.readUInt16LE(count + 2);
  const tail = count + limit * 8;
  if (used > limit || tail + 8 > b.length) return false;
  let c = crc32c(b, 0, count + used * 8, seed);
  c = crc32c(b, tail, tail + 4, c);
  return crc32c(new Uint8Array(4), 0, 4, c) === b.readUInt32LE(tail + 4);
}

/** get_dx_countlimit(): where limit and count stand, in a root and in an inner node; 0 in neither. */
function countOffset(b: Buffer): number {
  const first = recordLength(b.readUInt16LE(4), b.length);
  if (first === b.length) return 8;
  if (first !== 12 || recordLength(b.readUInt16LE(16), b.length) !== b.length - 12) return 0;
  return b.readUInt32LE(24) === 0 && b[29] === 8 ? 32 : 0;
}
