import type { BlockReader } from '../block-reader.ts';
import type {
  ContentRange,
  DirectoryEntry,
  ExtendedAttribute,
  FileKind,
  FileNode,
  FileTree,
  OnDamage,
  TreeState,
} from '../file-tree.ts';
import { FormatError } from '../format-error.ts';
import { inodeAttributes } from './attributes.ts';
import { contentRanges } from './content.ts';
import { directoryEntries } from './directory.ts';
import type { Inode } from './inode.ts';
import { InodeTable } from './inode-table.ts';
import { symlinkTarget } from './symlink.ts';
import type { Volume } from './volume.ts';

/** An XFS file system behind the interface all formats share. */
export class XfsTree implements FileTree {
  readonly format = 'xfs';
  readonly reader: BlockReader;
  readonly label: string;
  readonly uuid: string;
  readonly blockSize: number;
  readonly features: readonly string[];
  readonly state: TreeState;
  readonly usage: FileTree['usage'];
  readonly root: number;
  private readonly volume: Volume;
  private readonly inodes: InodeTable;

  constructor(volume: Volume, features: readonly string[], state: TreeState) {
    const { sb } = volume;
    this.volume = volume;
    this.inodes = new InodeTable(volume);
    this.reader = volume.reader;
    this.label = sb.label;
    this.uuid = sb.uuid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    this.blockSize = sb.blockSize;
    this.features = features;
    this.state = state;
    this.usage = {
      bytes: sb.blocks * sb.blockSize,
      freeBytes: sb.freeBlocks * sb.blockSize,
      inodes: sb.inodes,
      freeInodes: sb.freeInodes,
    };
    this.root = sb.rootInode;
  }

  node(inode: number): FileNode {
    return this.inodes.get(inode);
  }

  entries(directory: FileNode, damaged: OnDamage): Iterable<DirectoryEntry> {
    return directoryEntries(this.volume, this.of(directory, 'directory'), damaged);
  }

  ranges(file: FileNode): Iterable<ContentRange> {
    return contentRanges(this.volume, this.of(file, 'file'));
  }

  target(symlink: FileNode): Buffer {
    return symlinkTarget(this.volume, this.of(symlink, 'symlink'));
  }

  attributes(node: FileNode, damaged: OnDamage): ExtendedAttribute[] {
    return inodeAttributes(this.volume, this.own(node), damaged);
  }

  private of(node: FileNode, kind: FileKind): Inode {
    const inode = this.own(node);
    if (inode.kind !== kind)
      throw new FormatError(
        `is a ${inode.kind}, no ${kind}`,
        `${this.reader.name}, inode ${node.inode}`,
        inode.data.position,
      );
    return inode;
  }

  private own(node: FileNode): Inode {
    return 'data' in node ? (node as Inode) : this.inodes.get(node.inode);
  }
}
