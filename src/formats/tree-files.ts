import { type BlockReader, checkRange } from './block-reader.ts';
import { type FileNode, type FileTree, readContent } from './file-tree.ts';
import { FormatError } from './format-error.ts';
import { isOneName, type StoreFiles } from './store-files.ts';

const quiet = (): void => {};

/** The inode at a path below `top`; undefined where there is none. Symlinks are not followed. */
export function lookUp(tree: FileTree, top: number, path: string): FileNode | undefined {
  let node = tree.node(top);
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (!isOneName(part) || node.kind !== 'directory') return undefined;
    const next = childNamed(tree, node, Buffer.from(part, 'utf8'));
    if (!next) return undefined;
    node = next;
  }
  return node;
}

function childNamed(tree: FileTree, directory: FileNode, name: Buffer): FileNode | undefined {
  for (const entry of tree.entries(directory, quiet)) if (entry.name.equals(name)) return tree.node(entry.inode);
  return undefined;
}

/** A directory of a file system as the files of a store. */
export function treeFiles(tree: FileTree, top: number, name: string): StoreFiles {
  const at = (path: string): FileNode | undefined => {
    try {
      return lookUp(tree, top, path);
    } catch (error) {
      if (error instanceof FormatError) return undefined;
      throw error;
    }
  };
  return {
    name,
    list(path) {
      const node = at(path);
      if (node?.kind !== 'directory') return [];
      return [...tree.entries(node, quiet)].map((entry) => entry.name.toString('utf8')).filter(isOneName);
    },
    read(path, most) {
      const node = at(path);
      if (node?.kind !== 'file' || node.size > most) return undefined;
      const bytes = Buffer.alloc(node.size);
      let whole = true;
      readContent(tree, node, bytes, 0, () => {
        whole = false;
      });
      return whole ? bytes : undefined;
    },
  };
}

/** A file inside a file system as a source of its own: a loop file on a disk that was copied whole. */
export function fileReader(tree: FileTree, node: FileNode, name: string): BlockReader {
  const starts: number[] = [];
  const lengths: number[] = [];
  const positions: number[] = [];
  for (const range of tree.ranges(node)) {
    if (range.kind === 'bytes') throw new FormatError('a file too small to hold a device', name, 0);
    starts.push(range.offset);
    lengths.push(range.length);
    positions.push(range.kind === 'data' ? range.position : -1);
  }
  /** index of the last range that begins at or before `offset` */
  const before = (offset: number): number => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  return {
    name,
    size: node.size,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      for (let done = 0, i = before(offset); done < into.length; ) {
        const at = offset + done;
        const inside = i >= 0 && at < (starts[i] as number) + (lengths[i] as number);
        const end = inside ? (starts[i] as number) + (lengths[i] as number) : (starts[i + 1] ?? node.size);
        const part = into.subarray(done, Math.min(into.length, end - offset));
        if (!inside) part.fill(0);
        else if ((positions[i] as number) < 0) throw new FormatError('a part of the file is lost', name, at);
        else tree.reader.readInto(part, (positions[i] as number) + at - (starts[i] as number));
        done += part.length;
        if (offset + done >= (starts[i + 1] ?? Number.POSITIVE_INFINITY)) i++;
      }
    },
    holeAt(offset) {
      const i = before(offset);
      if (i >= 0 && offset < (starts[i] as number) + (lengths[i] as number)) return 0;
      return (starts[i + 1] ?? node.size) - offset;
    },
  };
}
