import type {
  ContentRange,
  DirectoryEntry,
  ExtendedAttribute,
  FileNode,
  FileTree,
  OnDamage,
} from '../formats/file-tree.ts';

/** A file system seen as a directory that holds one of its files: how a single file is copied. */
export class OneFile implements FileTree {
  /** no inode of any file system */
  readonly root = -1;
  readonly #tree: FileTree;
  readonly #file: FileNode;
  readonly #name: Buffer;

  constructor(tree: FileTree, file: FileNode, name: Buffer) {
    this.#tree = tree;
    this.#file = file;
    this.#name = name;
  }

  get format(): FileTree['format'] {
    return this.#tree.format;
  }
  get reader(): FileTree['reader'] {
    return this.#tree.reader;
  }
  get label(): string {
    return this.#tree.label;
  }
  get uuid(): string {
    return this.#tree.uuid;
  }
  get blockSize(): number {
    return this.#tree.blockSize;
  }
  get features(): readonly string[] {
    return this.#tree.features;
  }
  get state(): FileTree['state'] {
    return this.#tree.state;
  }
  get usage(): FileTree['usage'] {
    return this.#tree.usage;
  }

  node(inode: number): FileNode {
    if (inode !== this.root) return this.#tree.node(inode);
    const { uid, gid, atime, mtime, ctime } = this.#file;
    return { inode, kind: 'directory', mode: 0o755, uid, gid, size: 0, nlink: 2, atime, mtime, ctime };
  }
  *entries(directory: FileNode, damaged: OnDamage): Iterable<DirectoryEntry> {
    if (directory.inode === this.root) yield { name: this.#name, inode: this.#file.inode };
    else yield* this.#tree.entries(directory, damaged);
  }
  ranges(file: FileNode): Iterable<ContentRange> {
    return this.#tree.ranges(file);
  }
  target(symlink: FileNode): Buffer {
    return this.#tree.target(symlink);
  }
  attributes(node: FileNode, damaged: OnDamage): ExtendedAttribute[] {
    return node.inode === this.root ? [] : this.#tree.attributes(node, damaged);
  }
}
