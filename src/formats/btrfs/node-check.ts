import { HEADER, ITEM_SIZE, POINTER_SIZE, u64 } from './layout.ts';
import type { NodeRef } from './node-ref.ts';
import { mostItems, type Superblock } from './superblock.ts';

/**
 * Whether a block whose checksum is right is the one its parent points at. Address and generation
 * together name one content for ever: a block is never written again under the generation that
 * committed it. So a walk of which every block passes is one consistent state, even where the file
 * system went on meanwhile. Gives what differs.
 */
export function sameNode(view: DataView, at: number, superblock: Superblock, ref: NodeRef): string | undefined {
  if (u64(view, at + HEADER.bytenr) !== ref.address) return `it is block ${u64(view, at + HEADER.bytenr)}`;
  const generation = u64(view, at + HEADER.generation);
  if (generation !== ref.generation) return `generation ${generation}, not ${ref.generation}`;
  const level = view.getUint8(at + HEADER.level);
  if (level !== ref.level) return `level ${level}, not ${ref.level}`;
  const { fsidWords } = superblock;
  for (let i = 0; i < 4; i++)
    if (view.getUint32(at + HEADER.fsid + i * 4, true) !== fsidWords[i]) return 'it belongs to another file system';
  const items = view.getUint32(at + HEADER.items, true);
  const most = mostItems(superblock.nodeSize, level === 0 ? ITEM_SIZE : POINTER_SIZE);
  return items > most ? `${items} items, ${most} fit` : undefined;
}
