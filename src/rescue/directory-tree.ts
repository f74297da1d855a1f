import type { BigIntStats } from 'node:fs';
import type { ExtendedAttribute, FileKind, FileNode, FileTree, Timestamp, TreePart } from '../formats/file-tree.ts';
import { FormatError } from '../formats/format-error.ts';
import { type DirectoryAttributes, directoryAttributes } from '../host/directory-attributes.ts';
import { readableDirectory } from '../host/open-directory.ts';

/** A directory of this machine as a tree. Inodes are numbers given as paths are met; the kernel's would clash over mounts. */
export function directoryTree(root: string): TreePart {
  const paths: Buffer[] = [Buffer.from(root)];
  const known = new Map<string, number>();
  const place = (inode: number): Buffer => {
    const path = paths[inode - 1];
    if (!path) throw new FormatError('no such inode', root, 0, `${inode}`);
    return path;
  };
  /** hard links share a number */
  const numberOf = (path: Buffer): number => {
    const stat = readableDirectory.stat(path);
    const key = stat.isDirectory() || stat.nlink === 1n ? undefined : `${stat.dev}:${stat.ino}`;
    const before = key === undefined ? undefined : known.get(key);
    if (before !== undefined) return before;
    paths.push(path);
    if (key !== undefined) known.set(key, paths.length);
    return paths.length;
  };
  const notes: string[] = [];
  let attributes: DirectoryAttributes | undefined;
  /** all at once, when the first is asked for */
  const attributesOf = (path: Buffer): ExtendedAttribute[] => {
    if (!attributes) {
      attributes = directoryAttributes(root);
      if (attributes.known !== 'all') notes.push(UNKNOWN[attributes.known]);
    }
    return attributes.of(path);
  };
  const tree: FileTree = {
    format: 'directory',
    reader: { name: root, size: 0, readInto() {} },
    label: '',
    uuid: '',
    blockSize: 4096,
    features: ['reflink'],
    state: {
      clean: true,
      log: 'none',
      notes,
    },
    usage: { bytes: 0, freeBytes: 0, inodes: 0, freeInodes: 0 },
    root: 1,
    node: (inode) => nodeOf(inode, readableDirectory.stat(place(inode))),
    *entries(directory) {
      const at = place(directory.inode);
      for (const name of readableDirectory.names(at)) {
        const path = Buffer.concat([at, Buffer.from('/'), name]);
        yield { name, inode: numberOf(path) };
      }
    },
    *ranges(file) {
      let offset = 0;
      for (const piece of readableDirectory.pieces(place(file.inode))) {
        const length = Math.min(piece.length, file.size - offset);
        if (length > 0) yield { kind: 'bytes', offset, length, bytes: piece.subarray(0, length) };
        offset += length;
      }
    },
    target: (symlink) => readableDirectory.target(place(symlink.inode)),
    attributes: (node) => attributesOf(place(node.inode)),
  };
  return { tree, top: 1 };
}

const UNKNOWN: Readonly<Record<'directories' | 'none', string>> = {
  directories: 'Extended attributes of files are not taken: install getfattr (package attr) to have them.',
  none: 'Extended attributes are not read, and neither are opaque directories seen: what was removed may be there again. Install getfattr (package attr).',
};

function nodeOf(inode: number, stat: BigIntStats): FileNode {
  const kind = kindOf(stat);
  const node: FileNode = {
    inode,
    kind,
    mode: Number(stat.mode) & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    nlink: Number(stat.nlink),
    atime: moment(stat.atimeNs),
    mtime: moment(stat.mtimeNs),
    ctime: moment(stat.ctimeNs),
  };
  if (kind !== 'char' && kind !== 'block') return node;
  // glibc's gnu_dev_major and gnu_dev_minor
  const major = Number(((stat.rdev >> 8n) & 0xfffn) | ((stat.rdev >> 32n) & 0xfffff000n));
  const minor = Number((stat.rdev & 0xffn) | ((stat.rdev >> 12n) & 0xffffff00n));
  return { ...node, rdev: { major, minor } };
}

function kindOf(stat: BigIntStats): FileKind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'char';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

function moment(nanoseconds: bigint): Timestamp {
  const seconds = nanoseconds >= 0n ? nanoseconds / 1_000_000_000n : -((999_999_999n - nanoseconds) / 1_000_000_000n);
  return { seconds: Number(seconds), nanoseconds: Number(nanoseconds - seconds * 1_000_000_000n) };
}
