import type { Damage } from '../format-error.ts';
import { BLOCK } from './layout.ts';
import { childrenOf, edgeFault, type Mappings } from './mappings.ts';

/** Virtual blocks `[from, to)` of a device that cannot be read; `to` is Infinity where the end is not known. */
export interface Loss {
  device: number;
  from: number;
  to: number;
  what: string;
  /** metadata block whose content is missing */
  block: number;
}

/** A damaged node may be shared by thousands of devices: more losses than this are only counted. */
const TOLD = 10_000;

export interface Losses {
  losses: Loss[];
  /** losses that are not in the list */
  more: number;
}

/**
 * Which ranges of which device are lost with the faults that a walk found.
 * @param flawed by block, from sumUp
 * @param beyond leaves that map blocks beyond the data device, and how many
 */
export function lossesOf(
  mappings: Mappings,
  devices: readonly { id: number; root?: number }[],
  flawed: Uint8Array,
  beyond: ReadonlyMap<number, number>,
): Losses {
  const { faults, nodes, children, keys, blocks } = mappings;
  const found: Losses = { losses: [], more: 0 };
  if (faults.size === 0 && beyond.size === 0 && !flawed.includes(1)) return found;
  const nodeOf = new Map<number, number>();
  for (let i = 0; i < nodes.length; i++) nodeOf.set(nodes.items[i] as number, i);
  const withBeyond = new Set(beyond.keys());
  for (let i = nodes.length - 1; i >= 0 && beyond.size > 0; i--) {
    const [from, to] = childrenOf(mappings, i);
    for (let k = from; k < to; k++)
      if (withBeyond.has(children.items[k] as number)) withBeyond.add(nodes.items[i] as number);
  }
  const tell = (loss: Loss): void => {
    if (found.losses.length < TOLD) found.losses.push(loss);
    else found.more++;
  };
  const descend = (device: number, block: number, from: number, to: number): void => {
    const over = beyond.get(block);
    if (over !== undefined)
      tell({ device, from, to, block, what: `${over} of its mappings point beyond the data device` });
    const node = nodeOf.get(block);
    if (node === undefined || (flawed[block] === 0 && !withBeyond.has(block))) return;
    const [first, end] = childrenOf(mappings, node);
    for (let k = first; k < end; k++) {
      const child = children.items[k] as number;
      const low = Math.max(from, keys.items[k] as number);
      const high = k + 1 < end ? Math.min(to, keys.items[k + 1] as number) : to;
      const what = edgeFault(mappings, k, end);
      if (what) tell({ device, from: low, to: high, what, block: child === 0 ? block : child });
      else if (flawed[child] === 1 || withBeyond.has(child)) descend(device, child, low, high);
    }
  };
  for (const { id, root } of devices) {
    if (root === undefined) continue;
    const what = faults.get(root);
    if (what) tell({ device: id, from: 0, to: Number.POSITIVE_INFINITY, what, block: root });
    else if (root < blocks.count && (flawed[root] === 1 || withBeyond.has(root)))
      descend(id, root, 0, Number.POSITIVE_INFINITY);
  }
  return found;
}

export function lossAsDamage(loss: Loss, source: string): Damage {
  const range = loss.to === Number.POSITIVE_INFINITY ? `${loss.from} to its end` : `${loss.from}-${loss.to - 1}`;
  return {
    what: `${loss.what} (block ${loss.block})`,
    source,
    offset: loss.block * BLOCK,
    lost: `device ${loss.device}, blocks ${range}`,
  };
}
