import { memoryReader } from '../../../src/formats/block-reader.ts';
import { crc32c } from '../../../src/formats/crc32c.ts';
import { blockChecksum } from '../../../src/formats/ext4/attributes.ts';
import { runs } from '../../../src/formats/ext4/content.ts';
import { Groups } from '../../../src/formats/ext4/groups.ts';
import { INODE_FLAG, inodeChecksum, inodeSeed, unpackInode } from '../../../src/formats/ext4/inode.ts';
import { type Superblock, unpackSuperblock } from '../../../src/formats/ext4/superblock.ts';

/** A structure on disk, and how its checksum is made anew. */
export interface Place {
  what: string;
  at: number;
  length: number;
  reseal?: (bytes: Buffer) => void;
}

/** Superblock, descriptors, inodes in use, directory blocks, extent nodes, attribute blocks. */
export function metadataPlaces(image: Buffer): Place[] {
  const reader = memoryReader(image);
  const superblock = unpackSuperblock(reader, 1024);
  const groups = new Groups(reader, superblock);
  const places: Place[] = [
    { what: 'superblock', at: 1024, length: 1024, reseal: (b) => void b.writeUInt32LE(crc32c(b, 0, 0x3fc), 0x3fc) },
    { what: 'descriptors', at: 2048, length: superblock.groups * superblock.descriptorSize },
  ];
  for (let inode = 1; inode <= superblock.inodes; inode++) {
    const { inodeTable } = groups.get(Math.floor((inode - 1) / superblock.inodesPerGroup));
    const at = inodeTable * superblock.blockSize + ((inode - 1) % superblock.inodesPerGroup) * superblock.inodeSize;
    const raw = image.subarray(at, at + superblock.inodeSize);
    const node = unpackInode(raw, inode, superblock.seed);
    // the journal is looked at on its own
    if (!node || (node.nlink === 0 && inode !== 7) || inode === superblock.journalInode) continue;
    places.push({
      what: `inode ${inode}`,
      at,
      length: superblock.inodeSize,
      reseal: (b) => sealInode(b, inode, superblock),
    });
    const { blockSize } = superblock;
    const block = (number: number): Buffer => image.subarray(number * blockSize, (number + 1) * blockSize);
    if (node.attributeBlock > 0)
      places.push({
        what: `attributes of ${inode}`,
        at: node.attributeBlock * blockSize,
        length: blockSize,
        ...(superblock.seed === undefined
          ? {}
          : { reseal: (b) => void b.writeUInt32LE(blockChecksum(b, node.attributeBlock, superblock.seed ?? 0), 0x10) }),
      });
    if (node.flags & INODE_FLAG.inlineData) continue;
    const seed = node.seed;
    const source = {
      blocks: superblock.blocks,
      blockSize,
      seed,
      readBlock: (number: number): Buffer => {
        places.push({
          what: `map of ${inode}`,
          at: number * blockSize,
          length: blockSize,
          ...(seed === undefined ? {} : { reseal: (b) => sealExtents(b, seed) }),
        });
        return block(number);
      },
    };
    if (node.kind === 'symlink' && node.size < 60) continue;
    for (const run of runs(source, node)) {
      if (run.kind !== 'data' || node.kind !== 'directory') continue;
      for (let i = 0; i < run.blocks; i++)
        places.push({
          what: `directory ${inode}`,
          at: (run.physical + i) * blockSize,
          length: blockSize,
          ...(seed === undefined
            ? {}
            : { reseal: (b) => void b.writeUInt32LE(crc32c(b, 0, b.length - 12, seed), b.length - 4) }),
        });
    }
  }
  return places;
}

function sealInode(b: Buffer, inode: number, superblock: Superblock): void {
  if (superblock.seed === undefined) return;
  const extra = b.length > 128 ? b.readUInt16LE(0x80) : 0;
  const c = inodeChecksum(b, inodeSeed(superblock.seed, inode, b.readUInt32LE(0x64)), extra);
  b.writeUInt16LE(c & 0xffff, 0x7c);
  if (extra >= 4 && b.length > 128) b.writeUInt16LE(c >>> 16, 0x82);
}

function sealExtents(b: Buffer, seed: number): void {
  const tail = 12 + b.readUInt16LE(4) * 12;
  if (tail + 4 <= b.length) b.writeUInt32LE(crc32c(b, 0, tail, seed), tail);
}

/** The blocks of the journal, as places without a seal. */
export function journalPlaces(image: Buffer): Place[] {
  const reader = memoryReader(image);
  const superblock = unpackSuperblock(reader, 1024);
  const { inodeTable } = new Groups(reader, superblock).get(0);
  const at = inodeTable * superblock.blockSize + (superblock.journalInode - 1) * superblock.inodeSize;
  const node = unpackInode(image.subarray(at, at + superblock.inodeSize), superblock.journalInode, superblock.seed);
  if (!node) return [];
  const { blockSize, blocks } = superblock;
  const source = {
    blocks,
    blockSize,
    seed: node.seed,
    readBlock: (number: number): Buffer => image.subarray(number * blockSize, (number + 1) * blockSize),
  };
  const places: Place[] = [];
  for (const run of runs(source, node))
    for (let i = 0; run.kind === 'data' && i < run.blocks; i++) {
      const place = { what: 'journal', at: (run.physical + i) * blockSize, length: blockSize };
      if (image.readUInt32LE(place.at) !== 0) places.push(place);
    }
  return places;
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
export const KINDS = ['flip', 'zero', 'swap', 'garbage', 'field'] as const;

/** Changes the image; the function that is given back puts everything right again. */
export function mutate(
  image: Buffer,
  places: readonly Place[],
  kind: (typeof KINDS)[number],
  random: (below: number) => number,
): { what: string; undo: () => void } {
  const undo: (() => void)[] = [];
  const take = (): Place => {
    const place = places[random(places.length)];
    if (!place) throw new Error('no places');
    const before = Buffer.from(image.subarray(place.at, place.at + place.length));
    undo.unshift(() => void before.copy(image, place.at));
    return place;
  };
  const place = take();
  const bytes = image.subarray(place.at, place.at + place.length);
  if (kind === 'zero') bytes.fill(0);
  else if (kind === 'garbage') for (let i = 0; i < bytes.length; i++) bytes[i] = random(256);
  else if (kind === 'flip')
    for (let i = random(8); i >= 0; i--) {
      const bit = random(bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
  else if (kind === 'swap') {
    const other = take();
    const length = Math.min(place.length, other.length);
    const held = Buffer.from(bytes.subarray(0, length));
    image.copy(image, place.at, other.at, other.at + length);
    held.copy(image, other.at);
  } else {
    for (let i = random(4); i >= 0; i--) {
      const width = [1, 2, 4][random(3)] ?? 1;
      const at = random(Math.floor((random(3) > 0 ? Math.min(160, bytes.length) : bytes.length) / width)) * width;
      const value = random(2) > 0 ? (EDGES[random(EDGES.length)] ?? 0) : random(2 ** 32);
      for (let j = 0; j < width; j++) bytes[at + j] = (value >>> (8 * j)) & 255;
    }
    place.reseal?.(bytes);
  }
  return {
    what: `${kind} of ${place.what}`,
    undo: () => {
      for (const one of undo) one();
    },
  };
}
