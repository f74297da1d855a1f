import { crcOfWords } from '../../../src/formats/crc32c.ts';
import { BITMAP_ENTRIES, BLOCK, SALT, WORDS } from '../../../src/formats/dm-thin/layout.ts';
import { MAGIC } from '../../../src/formats/dm-thin/superblock.ts';

/** Virtual block, data block, time. */
export type Mapping = [virtual: number, data: number, time: number];

export interface WrittenDevice {
  id: number;
  mappings: Mapping[];
}

export interface WriterOptions {
  devices: WrittenDevice[];
  /** devices of a metadata snapshot */
  held?: WrittenDevice[];
  dataBlocks: number;
  metadataBlocks: number;
  blockSize?: number;
  /** entries that a node is given: few make high trees */
  perNode?: number;
  needsCheck?: boolean;
  transaction?: number;
}

/**
 * Thin-pool metadata as the kernel lays it out: nodes of equal content are written once and shared,
 * as snapshots share them.
 */
export function writePool(options: WriterOptions): Buffer {
  const { devices, held, dataBlocks, metadataBlocks, blockSize = 65536, perNode = 84, transaction = 7 } = options;
  const image = Buffer.alloc(metadataBlocks * BLOCK);
  const words = new Int32Array(image.buffer, image.byteOffset, image.length / 4);
  const references = new Map<number, number>([[0, 1]]);
  const dataCounts = new Map<number, number>();
  const written = new Map<string, number>();
  let next = 1;

  const count = (map: Map<number, number>, key: number): void => void map.set(key, (map.get(key) ?? 0) + 1);
  const allocate = (): number => {
    if (next >= metadataBlocks) throw new Error('the pool of a test needs more metadata blocks');
    return next++;
  };
  const u64 = (at: number, value: number): void => void image.writeBigUInt64LE(BigInt(value), at);
  const seal = (block: number, salt: number): void => {
    u64(block * BLOCK + 8, block);
    image.writeInt32LE(crcOfWords(words, block * WORDS + 1, (block + 1) * WORDS) ^ salt, block * BLOCK);
  };

  /** A node; `value` writes the i-th value. Answers its block. */
  const node = (leaf: boolean, keys: number[], size: number, value: (i: number, at: number) => void): number => {
    const block = allocate();
    const at = block * BLOCK;
    const room = Math.max(3, Math.ceil(perNode / 3) * 3);
    const max = Math.min(room, Math.floor((BLOCK - 32) / (8 + size) / 3) * 3);
    image.writeUInt32LE(leaf ? 2 : 1, at + 4);
    image.writeUInt32LE(keys.length, at + 16);
    image.writeUInt32LE(max, at + 20);
    image.writeUInt32LE(size, at + 24);
    for (const [i, key] of keys.entries()) {
      u64(at + 32 + 8 * i, key);
      value(i, at + 32 + 8 * max + size * i);
    }
    seal(block, SALT.node);
    return block;
  };

  /** A tree over sorted items; `make` writes a leaf. Equal nodes are shared where `share` names them. */
  const tree = <T>(
    items: T[],
    keyOf: (item: T) => number,
    size: number,
    make: (item: T, at: number) => void,
    share?: (item: T) => string,
    counted?: (item: T) => void,
  ): number => {
    const limit = Math.min(perNode, Math.floor((BLOCK - 32) / (8 + size) / 3) * 3);
    const once = (name: string | undefined, write: () => number): number => {
      const known = name === undefined ? undefined : written.get(name);
      if (known !== undefined) return known;
      const block = write();
      if (name !== undefined) written.set(name, block);
      return block;
    };
    // chunks begin where keys say, so that a change in one leaf leaves the others alone
    let level = chunks(items, limit, keyOf).map((chunk) => ({
      key: chunk[0] === undefined ? 0 : keyOf(chunk[0]),
      block: once(share && `leaf ${chunk.map(share).join()}`, () => {
        for (const item of chunk) counted?.(item);
        return node(true, chunk.map(keyOf), size, (i, at) => make(chunk[i] as T, at));
      }),
    }));
    while (level.length > 1) {
      level = chunks(level, Math.min(perNode, 252), undefined).map((chunk) => ({
        key: chunk[0]?.key ?? 0,
        block: once(share && `node ${chunk.map(({ key, block }) => `${key}:${block}`).join()}`, () => {
          for (const { block } of chunk) count(references, block);
          return node(
            false,
            chunk.map(({ key }) => key),
            8,
            (i, at) => u64(at, chunk[i]?.block ?? 0),
          );
        }),
      }));
    }
    const root = level[0]?.block ?? 0;
    return root;
  };

  const mappingTree = (mappings: Mapping[]): number =>
    tree(
      mappings,
      ([virtual]) => virtual,
      8,
      ([, data, time], at) => void image.writeBigUInt64LE((BigInt(data) << 24n) | BigInt(time), at),
      (mapping) => mapping.join('-'),
      ([, data]) => count(dataCounts, data),
    );

  const pool = (list: WrittenDevice[]): { mappingRoot: number; detailsRoot: number } => {
    const sorted = [...list].sort((a, b) => a.id - b.id);
    const roots = new Map(sorted.map(({ id, mappings }) => [id, mappingTree(mappings)]));
    const mappingRoot = tree(
      sorted,
      ({ id }) => id,
      8,
      ({ id }, at) => {
        u64(at, roots.get(id) ?? 0);
        count(references, roots.get(id) ?? 0);
      },
    );
    const detailsRoot = tree(
      sorted,
      ({ id }) => id,
      24,
      ({ id, mappings }, at) => {
        u64(at, mappings.length);
        u64(at + 8, id);
        image.writeUInt32LE(id, at + 16);
        image.writeUInt32LE(id + 1, at + 20);
      },
    );
    count(references, mappingRoot);
    count(references, detailsRoot);
    return { mappingRoot, detailsRoot };
  };

  const superblock = (block: number, live: { mappingRoot: number; detailsRoot: number }, heldRoot: number): void => {
    const at = block * BLOCK;
    image.writeUInt32LE(options.needsCheck ? 1 : 0, at + 4);
    u64(at + 32, MAGIC);
    image.writeUInt32LE(2, at + 40);
    image.writeUInt32LE(5, at + 44);
    u64(at + 48, transaction);
    u64(at + 56, heldRoot);
    u64(at + 320, live.mappingRoot);
    u64(at + 328, live.detailsRoot);
    image.writeUInt32LE(blockSize / 512, at + 336);
    image.writeUInt32LE(8, at + 340);
    u64(at + 344, metadataBlocks);
  };

  let heldRoot = 0;
  if (held) {
    heldRoot = allocate();
    superblock(heldRoot, pool(held), 0);
    seal(heldRoot, SALT.superblock);
    count(references, heldRoot);
  }
  const live = pool(devices);
  superblock(0, live, heldRoot);

  const bitmap = (counts: Map<number, number>, from: number, block: number): void => {
    for (const [key, counted] of counts) {
      const i = key - from;
      if (i < 0 || i >= BITMAP_ENTRIES) continue;
      const c = Math.min(3, counted);
      const raw = (c >> 1) | ((c & 1) << 1);
      const at = block * BLOCK + 16 + (i >> 2);
      image.writeUInt8(image.readUInt8(at) | (raw << (2 * (i & 3))), at);
    }
    seal(block, SALT.bitmap);
  };
  const free = (counts: Map<number, number>, from: number, blocks: number): number => {
    const end = Math.min(blocks, from + BITMAP_ENTRIES);
    return end - from - [...counts].filter(([block, c]) => block >= from && block < end && c > 0).length;
  };
  const indexEntry = (at: number, block: number, nrFree: number): void => {
    u64(at, block);
    image.writeUInt32LE(nrFree, at + 8);
  };
  const mapRoot = (
    at: number,
    blocks: number,
    counts: Map<number, number>,
    bitmapRoot: number,
    countRoot: number,
  ): void => {
    u64(at, blocks);
    u64(at + 8, [...counts.values()].filter((c) => c > 0).length);
    u64(at + 16, bitmapRoot);
    u64(at + 24, countRoot);
  };
  const highTree = (counts: Map<number, number>): number => {
    const high = [...counts].filter(([, c]) => c > 2).sort(([a], [b]) => a - b);
    const root = tree(
      high,
      ([block]) => block,
      4,
      ([, c], at) => void image.writeUInt32LE(c, at),
    );
    count(references, root);
    return root;
  };

  // the data space map
  const dataBitmaps = Array.from({ length: Math.ceil(dataBlocks / BITMAP_ENTRIES) }, (_, i) => {
    const block = allocate();
    bitmap(dataCounts, i * BITMAP_ENTRIES, block);
    count(references, block);
    return { i, block };
  });
  const dataIndex = tree(
    dataBitmaps,
    ({ i }) => i,
    16,
    ({ i, block }, at) => indexEntry(at, block, free(dataCounts, i * BITMAP_ENTRIES, dataBlocks)),
  );
  count(references, dataIndex);
  mapRoot(64, dataBlocks, dataCounts, dataIndex, highTree(dataCounts));

  // the metadata space map counts its own blocks too
  const bitmaps = Array.from({ length: Math.ceil(metadataBlocks / BITMAP_ENTRIES) }, () => {
    const block = allocate();
    count(references, block);
    return block;
  });
  const index = allocate();
  count(references, index);
  const highBefore = next;
  const high = highTree(references); // nodes of this tree have one parent each: none of them enters it
  for (let b = highBefore; b < next; b++) if (!references.has(b)) throw new Error('a node without a reference');
  for (const [i, block] of bitmaps.entries()) {
    bitmap(references, i * BITMAP_ENTRIES, block);
    indexEntry(index * BLOCK + 16 + 16 * i, block, free(references, i * BITMAP_ENTRIES, metadataBlocks));
  }
  seal(index, SALT.index);
  mapRoot(192, metadataBlocks, references, index, high);
  seal(0, SALT.superblock);
  return image;
}

/** Checksum of a block made right again, for its type. */
export function reseal(image: Buffer, block: number, salt: number): void {
  const bytes = image.subarray(block * BLOCK, (block + 1) * BLOCK);
  const words = new Int32Array(Uint8Array.from(bytes).buffer);
  image.writeInt32LE(crcOfWords(words, 1, WORDS) ^ salt, block * BLOCK);
}

function chunks<T>(items: T[], limit: number, keyOf: ((item: T) => number) | undefined): T[][] {
  if (items.length === 0) return [[]];
  const found: T[][] = [];
  let last: T[] = [];
  for (const item of items) {
    const cut = keyOf ? Math.floor(keyOf(item) / limit) !== Math.floor(keyOf(last[0] ?? item) / limit) : false;
    if (last.length === limit || cut) {
      found.push(last);
      last = [];
    }
    last.push(item);
  }
  found.push(last);
  return found;
}
