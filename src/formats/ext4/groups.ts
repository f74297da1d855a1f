import { type BlockReader, readBytes } from '../block-reader.ts';
import { crc32c } from '../crc32c.ts';
import { COMPAT, INCOMPAT, RO_COMPAT } from './features.ts';
import type { Superblock } from './superblock.ts';

export interface Group {
  /** first block of its inodes; 0 where no good descriptor was found */
  inodeTable: number;
}

/**
 * Group descriptors, as they are asked for: each descriptor block is read once, and from a backup
 * where its own checksum tells that it is damaged.
 */
export class Groups {
  readonly #reader: BlockReader;
  readonly #superblock: Superblock;
  readonly #blocks = new Map<number, Group[]>();
  /** descriptors read from a backup, and those lost */
  readonly notes = new Set<string>();

  constructor(reader: BlockReader, superblock: Superblock) {
    this.#reader = reader;
    this.#superblock = superblock;
  }

  get(group: number): Group {
    const perBlock = this.#superblock.blockSize / this.#superblock.descriptorSize;
    const index = Math.floor(group / perBlock);
    let groups = this.#blocks.get(index);
    if (!groups) {
      groups = this.#load(index, perBlock);
      this.#blocks.set(index, groups);
    }
    return groups[group % perBlock] ?? { inodeTable: 0 };
  }

  #load(index: number, perBlock: number): Group[] {
    const groups: Group[] = [];
    const doubtful: Group[] = [];
    const count = Math.min(perBlock, this.#superblock.groups - index * perBlock);
    let copy = -1;
    for (const block of descriptorBlocks(this.#superblock, index)) {
      copy++;
      if (block >= this.#superblock.blocks || (block + 1) * this.#superblock.blockSize > this.#reader.size) continue;
      const bytes = Buffer.from(
        readBytes(this.#reader, block * this.#superblock.blockSize, this.#superblock.blockSize).buffer,
      );
      let all = true;
      for (let i = 0; i < count; i++) {
        if (groups[i]) continue;
        const found = unpackGroup(this.#superblock, bytes, i * this.#superblock.descriptorSize, index * perBlock + i);
        if (found?.good) groups[i] = found;
        else {
          all = false;
          if (found) doubtful[i] ??= found;
        }
        if (found?.good && copy > 0)
          this.notes.add(
            `The descriptor of group ${index * perBlock + i} is damaged: its copy in block ${block} is used.`,
          );
      }
      if (all) return groups;
    }
    for (let i = 0; i < count; i++) {
      if (groups[i]) continue;
      const number = index * perBlock + i;
      const guess = doubtful[i];
      // an inode's own checksum covers its number: of another table none would be good
      if (guess && this.#superblock.seed !== undefined) {
        groups[i] = guess;
        this.notes.add(
          `The descriptor of group ${number} is damaged and has no good copy: its inodes are read where it says, those whose checksums are good.`,
        );
        continue;
      }
      groups[i] = { inodeTable: 0 };
      this.notes.add(`No good descriptor of group ${number} was found: its inodes cannot be read.`);
    }
    return groups;
  }
}

/** struct ext4_group_desc; undefined where its inode table cannot be right, not `good` where its checksum is wrong. */
function unpackGroup(
  superblock: Superblock,
  b: Buffer,
  at: number,
  number: number,
): (Group & { good: boolean }) | undefined {
  const wide = superblock.descriptorSize >= 64;
  const inodeTable = b.readUInt32LE(at + 8) + (wide ? b.readUInt32LE(at + 0x28) * 2 ** 32 : 0);
  const tableBlocks = Math.ceil((superblock.inodesPerGroup * superblock.inodeSize) / superblock.blockSize);
  const sum = b.readUInt16LE(at + 0x1e);
  if (inodeTable <= superblock.firstDataBlock || inodeTable + tableBlocks > superblock.blocks) return undefined;
  return { inodeTable, good: sumOf(superblock, b, at, number) === sum };
}

/** The checksum that the descriptor should have; its own where the file system has none. */
function sumOf(superblock: Superblock, b: Buffer, at: number, number: number): number {
  const { seed, roCompat, uuid, descriptorSize } = superblock;
  if (seed !== undefined) return descriptorCrc32c(seed, b, at, descriptorSize, number) & 0xffff;
  return roCompat & RO_COMPAT.uninit_bg
    ? descriptorCrc16(uuid, b, at, descriptorSize, number)
    : b.readUInt16LE(at + 0x1e);
}

const LITTLE = new Uint8Array(4);
const ZERO = new Uint8Array(4);

/** ext4_group_desc_csum(), fs/ext4/super.c: the number of the group, then the descriptor with its sum as zero. */
function descriptorCrc32c(seed: number, b: Buffer, at: number, size: number, number: number): number {
  new DataView(LITTLE.buffer).setUint32(0, number, true);
  let c = crc32c(LITTLE, 0, 4, seed);
  c = crc32c(b, at, at + 0x1e, c);
  c = crc32c(ZERO, 0, 2, c);
  return crc32c(b, at + 0x20, at + size, c);
}

/** The older sum (uninit_bg): CRC-16 of uuid, number and descriptor without its sum. */
function descriptorCrc16(uuid: Buffer, b: Buffer, at: number, size: number, number: number): number {
  new DataView(LITTLE.buffer).setUint32(0, number, true);
  let c = crc16(uuid, 0, 16, 0xffff);
  c = crc16(LITTLE, 0, 4, c);
  c = crc16(b, at, at + 0x1e, c);
  return size > 32 ? crc16(b, at + 0x20, at + size, c) : c;
}

/** CRC-16 with the reflected polynomial 0xa001 (lib/crc/crc16.c). */
function crc16(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let c = seed;
  for (let i = start; i < end; i++) {
    c ^= bytes[i] as number;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xa001 : c >>> 1;
  }
  return c;
}

/** Where descriptor block `index` lies: its own place first, then its backups (Documentation/filesystems/ext4). */
export function* descriptorBlocks(superblock: Superblock, index: number): Iterable<number> {
  const { firstDataBlock, blocksPerGroup, groups, incompat, firstMetaGroup, blockSize } = superblock;
  const start = (group: number): number => firstDataBlock + group * blocksPerGroup;
  // with blocks of 1 KiB and clusters, the superblock of group 0 stands in block 1 (descriptor_loc(), super.c)
  const shifted = (group: number): number => (group === 0 && blockSize === 1024 && firstDataBlock === 0 ? 1 : 0);
  if (!(incompat & INCOMPAT.meta_bg) || index < firstMetaGroup) {
    yield start(0) + 1 + shifted(0) + index;
    for (const group of backupGroups(superblock)) yield start(group) + 1 + index;
    return;
  }
  const perBlock = blockSize / superblock.descriptorSize;
  const first = index * perBlock;
  for (const group of [first, first + 1, first + perBlock - 1])
    if (group < groups) yield start(group) + (hasSuperblock(superblock, group) ? 1 : 0) + shifted(group);
}

/** The first few groups after 0 that hold copies. */
function backupGroups(superblock: Superblock): number[] {
  const candidates =
    superblock.compat & COMPAT.sparse_super2 ? superblock.backupGroups : [1, 3, 5, 7, 9, 25, 27, 49, 81];
  return candidates.filter((group) => group > 0 && group < superblock.groups && hasSuperblock(superblock, group));
}

/** ext4_bg_has_super(), fs/ext4/balloc.c */
function hasSuperblock(superblock: Superblock, group: number): boolean {
  if (group === 0) return true;
  if (superblock.compat & COMPAT.sparse_super2) return superblock.backupGroups.includes(group);
  if (group === 1 || !(superblock.roCompat & RO_COMPAT.sparse_super)) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}
