import type { Damage } from '../format-error.ts';
import type { MetadataBlocks } from './blocks.ts';
import { u64, VALUE } from './layout.ts';
import { keyAt, valuesAt } from './node.ts';
import { noReferences, type References, reference, walkTree } from './tree.ts';

/** What the details tree says of a device (struct disk_device_details). */
export interface DeviceDetails {
  /** mapped blocks */
  mapped: number;
  /** transaction that made it */
  transaction: number;
  /** time of the superblock when it was made, and when it was last snapshotted */
  created: number;
  snapped: number;
}

/** A thin device: its id (24 bits), the root of its mapping tree, its details. One of the two may be lost. */
export interface ThinEntry {
  id: number;
  root?: number;
  details?: DeviceDetails;
}

const span = (what: string) => (low: number, high: number) =>
  high === low + 1
    ? `${what} of device ${low}`
    : high === Number.POSITIVE_INFINITY
      ? `${what} of devices from ${low} on`
      : `${what} of devices ${low}-${high - 1}`;

/** Devices by the two trees that know them, ascending ids. */
export function readDevices(
  blocks: MetadataBlocks,
  roots: { mappingRoot: number; detailsRoot: number },
  damage: Damage[],
  references: References = noReferences(blocks),
): ThinEntry[] {
  const found = new Map<number, ThinEntry>();
  const entry = (id: number): ThinEntry => {
    const known = found.get(id) ?? { id };
    found.set(id, known);
    return known;
  };
  walkTree(
    {
      blocks,
      damage,
      references,
      valueSize: VALUE.pointer,
      lost: span('mappings'),
      leaf(words, at, count, first) {
        for (let i = 0; i < count; i++) {
          const root = u64(words, valuesAt(words, at) + 2 * i);
          entry(keyAt(words, at, i)).root = root;
          if (first && root < blocks.count) reference(references, root);
        }
      },
    },
    roots.mappingRoot,
  );
  walkTree(
    {
      blocks,
      damage,
      references,
      valueSize: VALUE.details,
      lost: span('details'),
      leaf(words, at, count) {
        for (let i = 0; i < count; i++) {
          const v = valuesAt(words, at) + 6 * i;
          entry(keyAt(words, at, i)).details = {
            mapped: u64(words, v),
            transaction: u64(words, v + 2),
            created: (words[v + 4] as number) >>> 0,
            snapped: (words[v + 5] as number) >>> 0,
          };
        }
      },
    },
    roots.detailsRoot,
  );
  return [...found.values()].sort((a, b) => a.id - b.id);
}
