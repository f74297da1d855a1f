import {
  BLOCK_GROUP_TREE,
  EXTENT_TREE,
  FIRST_SUBVOLUME,
  FS_TREE,
  type Key,
  LAST_SUBVOLUME,
  ROOT_BACKREF,
  ROOT_ITEM,
  readKey,
  u64,
} from './layout.ts';
import type { NodeRef } from './node-ref.ts';
import { hex } from './superblock.ts';
import type { Volume } from './volume.ts';
import { walkTree } from './walk.ts';

/** A subvolume or snapshot, as the root tree has it. */
export interface Subvolume extends NodeRef {
  id: number;
  /** 32 hexadecimal digits; '' where the file system is too old to have given one */
  uuid: string;
  parentUuid: string;
  /** transaction of the last change */
  changedIn: number;
  /** seconds since 1970; of the last change and of its making, 0 where not kept */
  changed: number;
  created: number;
  readOnly: boolean;
  /** it was deleted, and the cleaner goes through it: where it stands */
  deleting?: { key: Key; level: number };
  /** where it hangs: the subvolume and the directory in it; absent of the top level and of deleted ones */
  parent?: { id: number; directory: number; name: Uint8Array };
}

export interface Roots {
  subvolumes: Subvolume[];
  /** trees of the file system itself, by id */
  trees: Map<number, NodeRef>;
}

/** struct btrfs_root_item: up to the level; the rest came with version 2 (kernel 3.6) */
const ROOT_V1 = 239;
const ROOT_V2 = 439;

/** Reads the root tree. */
export function readRoots(volume: Volume): Roots {
  const { superblock } = volume;
  const subvolumes = new Map<number, Subvolume>();
  const trees = new Map<number, NodeRef>();
  const parents = new Map<number, NonNullable<Subvolume['parent']>>();
  const top = { address: superblock.root, generation: superblock.generation, level: superblock.rootLevel };
  walkTree(volume, top, (key, view, data, size) => {
    if (key.type === ROOT_ITEM && size >= ROOT_V1) {
      const ref = {
        address: u64(view, data + 176),
        generation: u64(view, data + 160),
        level: view.getUint8(data + 238),
      };
      if (ref.level > 7) volume.report('impossible tree level', ref.address, `tree ${key.id}`);
      else if (isSubvolume(key.id)) subvolumes.set(key.id, subvolumeOf(key.id, ref, view, data, size));
      else if (key.id === EXTENT_TREE || key.id === BLOCK_GROUP_TREE) trees.set(key.id, ref);
    } else if (key.type === ROOT_BACKREF && size >= 18) {
      const length = view.getUint16(data + 16, true);
      if (length > size - 18) return;
      const name = new Uint8Array(view.buffer, view.byteOffset + data + 18, length).slice();
      parents.set(key.id, { id: key.offset, directory: u64(view, data), name });
    }
  });
  for (const [id, parent] of parents) {
    const subvolume = subvolumes.get(id);
    if (subvolume) subvolume.parent = parent;
  }
  return { subvolumes: [...subvolumes.values()].sort((a, b) => a.id - b.id), trees };
}

export function isSubvolume(id: number): boolean {
  return id === FS_TREE || (id >= FIRST_SUBVOLUME && id < LAST_SUBVOLUME);
}

function subvolumeOf(id: number, ref: NodeRef, view: DataView, data: number, size: number): Subvolume {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  // fields of version 2 count only where an older kernel did not write the item since
  const second = size >= ROOT_V2 && u64(view, data + 239) === u64(view, data + 160);
  const uuid = (at: number): string => {
    const text = second ? hex(bytes, data + at) : '';
    return /^0*$/.test(text) ? '' : text;
  };
  return {
    id,
    ...ref,
    uuid: uuid(247),
    parentUuid: uuid(263),
    changedIn: second ? u64(view, data + 295) : ref.generation,
    changed: second ? u64(view, data + 327) : 0,
    created: second ? u64(view, data + 339) : 0,
    readOnly: (view.getUint32(data + 208, true) & 1) === 1,
    ...(view.getUint32(data + 216, true) === 0 && id !== FS_TREE
      ? { deleting: { key: readKey(view, data + 220), level: view.getUint8(data + 237) } }
      : {}),
  };
}
