/**
 * Where things stand in btrfs' structures (kernel include/uapi/linux/btrfs_tree.h, fs/btrfs/fs.h).
 * Everything is little-endian; 64-bit numbers are read as doubles, exact below 2^53.
 */

/** Primary superblock and its mirrors, bytes from the start of each device (BTRFS_SUPER_INFO_OFFSET, btrfs_sb_offset). */
export const SUPER_OFFSETS = [64 * 1024, 64 * 2 ** 20, 256 * 2 ** 30] as const;
export const SUPER_SIZE = 4096;
/** Checksums stand in the first 32 bytes of superblocks and nodes and cover the rest. */
export const CSUM_SIZE = 32;

export const HEADER_SIZE = 101;
export const ITEM_SIZE = 25;
export const POINTER_SIZE = 33;
export const KEY_SIZE = 17;
/** BTRFS_MAX_LEVEL is 8: levels 0 to 7. */
export const MAX_LEVEL = 7;

/** Fields of a node's header (struct btrfs_header). */
export const HEADER = { fsid: 32, bytenr: 48, generation: 80, owner: 88, items: 96, level: 100 } as const;

/** Item types. */
export const INODE_ITEM = 1;
export const INODE_REF = 12;
export const EXTENT_DATA = 108;
export const ROOT_ITEM = 132;
export const ROOT_BACKREF = 144;
export const BLOCK_GROUP_ITEM = 192;
export const CHUNK_ITEM = 228;

/** Tree ids. */
export const EXTENT_TREE = 2;
export const FS_TREE = 5;
export const BLOCK_GROUP_TREE = 11;
/** The first and last ids of subvolumes (BTRFS_FIRST_FREE_OBJECTID, BTRFS_LAST_FREE_OBJECTID; relocation trees stand above 2^63). */
export const FIRST_SUBVOLUME = 256;
export const LAST_SUBVOLUME = 2 ** 48;

/** Profile bits of a chunk. No bit: single. */
export const PROFILE = {
  raid0: 8,
  raid1: 16,
  dup: 32,
  raid10: 64,
  raid5: 128,
  raid6: 256,
  raid1c3: 512,
  raid1c4: 1024,
} as const;
export const TYPE_DATA = 1;

/** An unsigned 64-bit number as a double; inexact above 2^53, which every caller's range check refuses. */
export function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 4294967296;
}

/** objectid, type, offset. */
export interface Key {
  id: number;
  type: number;
  offset: number;
}

export function readKey(view: DataView, at: number): Key {
  return { id: u64(view, at), type: view.getUint8(at + 8), offset: u64(view, at + 9) };
}

export function compareKeys(a: Key, b: Key): number {
  return a.id - b.id || a.type - b.type || a.offset - b.offset;
}
