import { memoryReader } from '../../src/formats/block-reader.ts';
import type { ContentRange, FileKind, FileNode, FileTree } from '../../src/formats/file-tree.ts';

/** One thing in a tree made for a test; a directory's entries may stand twice, or lead upwards. */
export interface Fake {
  kind: FileKind;
  /** names are latin1 */
  entries?: [name: string, inode: number][];
  content?: string;
  target?: string;
  size?: number;
  nlink?: number;
  attributes?: [string, string][];
  mode?: number;
  uid?: number;
  mtime?: { seconds: number; nanoseconds: number };
}

/** A file system that holds whatever a test wants, also what no file system should. The root is inode 1. */
export function fakeTree(nodes: Readonly<Record<number, Fake>>): FileTree {
  const when = { seconds: 1_700_000_000, nanoseconds: 123_456_789 };
  const of = (inode: number): Fake => nodes[inode] ?? { kind: 'file', content: '' };
  return {
    format: 'ext4',
    reader: memoryReader(Buffer.alloc(0), 'fake'),
    label: '',
    uuid: '',
    blockSize: 1024,
    features: [],
    state: { clean: true, log: 'none', notes: [] },
    usage: { bytes: 2 ** 30, freeBytes: 0, inodes: 0, freeInodes: 0 },
    root: 1,
    node(inode): FileNode {
      const one = of(inode);
      return {
        inode,
        kind: one.kind,
        mode: one.mode ?? 0o755,
        uid: one.uid ?? 0,
        gid: 0,
        size: one.size ?? one.content?.length ?? one.target?.length ?? 0,
        nlink: one.nlink ?? 1,
        atime: when,
        mtime: one.mtime ?? when,
        ctime: when,
        ...(one.kind === 'char' || one.kind === 'block' ? { rdev: { major: 8, minor: 0 } } : {}),
      };
    },
    *entries(directory) {
      for (const [name, inode] of of(directory.inode).entries ?? []) yield { name: Buffer.from(name, 'latin1'), inode };
    },
    *ranges(file): Iterable<ContentRange> {
      const bytes = Buffer.from(of(file.inode).content ?? '', 'latin1');
      if (bytes.length > 0) yield { kind: 'bytes', offset: 0, length: bytes.length, bytes };
    },
    target: (symlink) => Buffer.from(of(symlink.inode).target ?? '', 'latin1'),
    attributes: (node) =>
      (of(node.inode).attributes ?? []).map(([name, value]) => ({
        name: Buffer.from(name, 'latin1'),
        value: Buffer.from(value, 'latin1'),
      })),
  };
}
