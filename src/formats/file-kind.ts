import type { FileKind } from './file-tree.ts';

/** By the upper four bits of a mode, S_IFMT: inode(7). Every Unix file system keeps them so. */
export const KIND_OF_MODE: Readonly<Record<number, FileKind>> = {
  1: 'fifo',
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'symlink',
  12: 'socket',
};
