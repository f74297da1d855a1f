import { HEADER, HEADER_SIZE, ITEM_SIZE, type Key, POINTER_SIZE, readKey, u64 } from './layout.ts';
import type { NodeList, NodeRef } from './node-ref.ts';
import type { Volume } from './volume.ts';

/** An item of a leaf: its data lies at `data` of `view` and has `size` bytes. */
export type OnItem = (key: Key, view: DataView, data: number, size: number) => void;

/**
 * Every item of one tree, level by level from the top, leaves in the order in which they lie.
 * `wanted`: whether keys from `low` up to `high` (not included; none behind the last) are of
 * interest; others are not read.
 */
export function walkTree(
  volume: Volume,
  root: NodeRef,
  onItem: OnItem,
  wanted: (low: Key, high: Key | undefined) => boolean = () => true,
): void {
  let list: NodeList & { high: (Key | undefined)[] } = {
    level: root.level,
    address: [root.address],
    generation: [root.generation],
    high: [undefined],
  };
  const seen = new Set([root.address]);
  for (let level = root.level; level >= 0; level--) {
    const below: typeof list = { level: level - 1, address: [], generation: [], high: [] };
    volume.visit(list, (view, at, index) => {
      const count = view.getUint32(at + HEADER.items, true);
      if (level === 0) return eachItem(volume, view, at, onItem);
      let key = count > 0 ? readKey(view, at + HEADER_SIZE) : undefined;
      for (let i = 0; i < count; i++) {
        const pointer = at + HEADER_SIZE + i * POINTER_SIZE;
        const next = i + 1 < count ? readKey(view, pointer + POINTER_SIZE) : list.high[index];
        const address = u64(view, pointer + 17);
        if (key && wanted(key, next) && !seen.has(address)) {
          seen.add(address);
          below.address.push(address);
          below.generation.push(u64(view, pointer + 25));
          below.high.push(next);
        }
        key = next;
      }
    });
    list = below;
  }
}

/** The items of the leaf at `at`, of those whose data lies inside it. */
export function eachItem(volume: Volume, view: DataView, at: number, onItem: OnItem): void {
  const count = view.getUint32(at + HEADER.items, true);
  for (let i = 0; i < count; i++) {
    const item = at + HEADER_SIZE + i * ITEM_SIZE;
    const offset = view.getUint32(item + 17, true);
    const size = view.getUint32(item + 21, true);
    if (HEADER_SIZE + offset + size > volume.nodeSize || offset < count * ITEM_SIZE) {
      volume.report('an item lies outside its leaf', u64(view, at + HEADER.bytenr), `item ${i}`);
      return;
    }
    onItem(readKey(view, item), view, at + HEADER_SIZE + offset, size);
  }
}
