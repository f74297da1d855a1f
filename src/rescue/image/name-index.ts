import type { FileNode, TreePart } from '../../formats/file-tree.ts';

/** directories whose names are kept: a stream goes through them one after the other */
const KEPT = 64;

/** Finds files by the names of a tar stream; directories are read once as long as they are in use. */
export class NameIndex {
  readonly #part: TreePart;
  readonly #directories = new Map<number, Map<string, number>>();

  constructor(part: TreePart) {
    this.#part = part;
  }

  /** Symlinks are not followed: a stream names files by the directories they are in. */
  find(name: Buffer): FileNode | undefined {
    const { tree, top } = this.#part;
    let node = tree.node(top);
    for (const step of name.toString('latin1').split('/')) {
      if (step === '' || step === '.') continue;
      if (step === '..' || node.kind !== 'directory') return undefined;
      const inode = this.#names(node).get(step);
      if (inode === undefined) return undefined;
      node = tree.node(inode);
    }
    return node;
  }

  #names(directory: FileNode): Map<string, number> {
    let names = this.#directories.get(directory.inode);
    if (!names) {
      names = new Map();
      for (const entry of this.#part.tree.entries(directory, () => {}))
        names.set(entry.name.toString('latin1'), entry.inode);
      if (this.#directories.size >= KEPT)
        for (const oldest of this.#directories.keys()) {
          this.#directories.delete(oldest);
          break;
        }
      this.#directories.set(directory.inode, names);
    }
    return names;
  }
}
