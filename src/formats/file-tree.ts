import type { BlockReader } from './block-reader.ts';
import { checkRange } from './block-reader.ts';
import type { Damage } from './format-error.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

/** A moment as inodes keep it: seconds since 1970 (may be negative) and the nanoseconds after them. */
export interface Timestamp {
  seconds: number;
  nanoseconds: number;
}

/** What one inode says of itself. */
export interface FileNode {
  inode: number;
  kind: FileKind;
  /** the 12 bits of chmod (0o7777), without the kind */
  mode: number;
  uid: number;
  gid: number;
  /** bytes; of a symlink, its target's length; of a directory, what its blocks take */
  size: number;
  nlink: number;
  atime: Timestamp;
  mtime: Timestamp;
  ctime: Timestamp;
  /** of `char` and `block` alone */
  rdev?: { major: number; minor: number };
  /** its checksum does not match (or the like): what it says may be wrong, and its content too */
  doubtful?: string;
}

/** A name in a directory: bytes as they lie on disk, never `.` or `..`, never empty, without `/` and NUL. */
export interface DirectoryEntry {
  name: Buffer;
  inode: number;
  /** the block it lies in is damaged: the name, and which file it is, may be wrong */
  doubtful?: string;
}

/**
 * One extended attribute as getxattr(2) shows it: the whole name with its prefix (`user.x`,
 * `security.capability`), ACLs as `system.posix_acl_access` and `system.posix_acl_default` with
 * the value of include/uapi/linux/posix_acl_xattr.h.
 */
export interface ExtendedAttribute {
  name: Buffer;
  value: Buffer;
}

/**
 * A part of a file's content, `length` bytes from `offset` of the file. What lies between two
 * ranges reads as zeros (holes, and extents allocated and never written).
 */
export type ContentRange =
  | { kind: 'data'; offset: number; length: number /** byte in {@link FileTree.reader} */; position: number }
  | { kind: 'bytes'; offset: number; length: number /** kept in the inode itself */; bytes: Uint8Array }
  | { kind: 'lost'; offset: number; length: number /** why it cannot be read */; what: string };

/** Where damage found on the way is put; the walk goes on. */
export type OnDamage = (damage: Damage) => void;

/** What is known about how current the tree is. */
export interface TreeState {
  /** the file system was unmounted, or its log is empty */
  clean: boolean;
  /** `replayed`: into memory, as the kernel would at its next mount; `stale`: left out, see `notes` */
  log: 'none' | 'empty' | 'replayed' | 'stale';
  /** full sentences: what is stale, what could not be known, features gone past */
  notes: string[];
}

/**
 * A file system read without a kernel, never written to. Methods read synchronously and throw
 * `FormatError` for an inode that cannot be read; damage inside a directory or attribute list is
 * told to `damaged`, and what is left is yielded.
 */
export interface FileTree {
  /** `directory`: of this machine, read through its kernel */
  readonly format: 'ext4' | 'xfs' | 'directory';
  /** where positions of {@link ContentRange} are read: the source with its log replayed over it */
  readonly reader: BlockReader;
  readonly label: string;
  /** lower case with dashes */
  readonly uuid: string;
  /** bytes */
  readonly blockSize: number;
  /** the names of features as mke2fs and xfs_info give them */
  readonly features: readonly string[];
  readonly state: TreeState;
  /** bytes of the whole file system and of those free, inodes likewise; as the superblock has them */
  readonly usage: { bytes: number; freeBytes: number; inodes: number; freeInodes: number };
  /** inode of the root directory */
  readonly root: number;
  node(inode: number): FileNode;
  /** in the order of the disk; each of a directory's blocks is read as it is reached */
  entries(directory: FileNode, damaged: OnDamage): Iterable<DirectoryEntry>;
  /** ascending, never overlapping, never past `size`; streamed, as a file may have millions */
  ranges(file: FileNode): Iterable<ContentRange>;
  /** target of a symlink, bytes as they lie on disk */
  target(symlink: FileNode): Buffer;
  attributes(node: FileNode, damaged: OnDamage): ExtendedAttribute[];
}

/** A directory in a file system, with all in it. */
export interface TreePart {
  tree: FileTree;
  /** inode of the directory */
  top: number;
}

/**
 * Fills `into` from `offset` of a file's content, zeros where nothing is. The parts that are
 * lost are zeros too and told to `damaged`.
 */
export function readContent(tree: FileTree, file: FileNode, into: Uint8Array, offset: number, damaged: OnDamage): void {
  checkRange({ name: `inode ${file.inode}`, size: file.size }, offset, into.length);
  into.fill(0);
  const end = offset + into.length;
  for (const range of tree.ranges(file)) {
    if (range.offset >= end) break;
    const from = Math.max(range.offset, offset);
    const to = Math.min(range.offset + range.length, end);
    if (from >= to) continue;
    const part = into.subarray(from - offset, to - offset);
    if (range.kind === 'data') tree.reader.readInto(part, range.position + (from - range.offset));
    else if (range.kind === 'bytes') part.set(range.bytes.subarray(from - range.offset, to - range.offset));
    else
      damaged({
        what: range.what,
        source: `${tree.reader.name}, inode ${file.inode}`,
        offset: 0,
        lost: `bytes ${from}-${to - 1} of the file`,
      });
  }
}
