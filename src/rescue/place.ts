import type { BlockReader } from '../formats/block-reader.ts';
import type { FileTree, TreePart } from '../formats/file-tree.ts';
import type { StoreFiles } from '../formats/store-files.ts';
import { fileReader, lookUp, treeFiles } from '../formats/tree-files.ts';
import { openBlockFile } from '../host/block-file.ts';
import { storeDirectory } from '../host/store-directory.ts';
import { directoryTree } from './directory-tree.ts';

/** Where a store lies: in directories of this machine, or in a file system of an image. */
export interface StorePlace {
  files: StoreFiles;
  /** a directory below it, undefined where there is none */
  part(path: string): TreePart | undefined;
  /** a file below it as a device, undefined where there is none */
  device(path: string): BlockReader | undefined;
  close(): void;
}

export function hostPlace(root: string): StorePlace {
  const files = storeDirectory(root);
  const open: { close(): void }[] = [];
  return {
    files,
    part(path) {
      const directory = files.directory(path);
      return directory === undefined ? undefined : directoryTree(directory);
    },
    device(path) {
      if (files.sizeOf(path) === undefined) return undefined;
      const file = openBlockFile(`${root}/${path}`);
      open.push(file);
      return file;
    },
    close() {
      for (const file of open.splice(0)) file.close();
    },
  };
}

/** @param top inode of the store's directory in `tree` */
export function treePlace(tree: FileTree, top: number, name: string): StorePlace {
  return {
    files: treeFiles(tree, top, name),
    part(path) {
      const node = lookUp(tree, top, path);
      return node?.kind === 'directory' ? { tree, top: node.inode } : undefined;
    },
    device(path) {
      const node = lookUp(tree, top, path);
      return node?.kind === 'file' ? fileReader(tree, node, `${path} in ${name}`) : undefined;
    },
    close() {},
  };
}
