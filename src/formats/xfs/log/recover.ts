import type { BlockReader } from '../../block-reader.ts';
import type { TreeState } from '../../file-tree.ts';
import type { Superblock } from '../superblock.ts';
import type { Pending } from '../volume.ts';

export interface Recovered {
  reader: BlockReader;
  sb: Superblock;
  pending: Pending;
  log: TreeState['log'];
  notes: string[];
}

export function recoverLog(source: BlockReader, sb: Superblock, _device: BlockReader | undefined): Recovered {
  return { reader: source, sb, pending: { maps: new Map(), anyOwner: new Set() }, log: 'empty', notes: [] };
}
