import { type BlockReader, readBytes } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { type Checker, checkerFor } from './checksum.ts';
import { HEADER_SIZE, SUPER_OFFSETS, SUPER_SIZE, u64 } from './layout.ts';

const MAGIC_LOW = 0x5248425f; // "_BHR"
const MAGIC_HIGH = 0x4d5f5366; // "fS_M"
/** sys_chunk_array: offset in the superblock, and its room (BTRFS_SYSTEM_CHUNK_ARRAY_SIZE). */
const SYS_CHUNKS = 811;
const SYS_CHUNKS_ROOM = 2048;

/**
 * incompat_flags whose layout these readers know (BTRFS_FEATURE_INCOMPAT_*): bits 0 to 12 but
 * extent-tree-v2 (13), and raid-stripe-tree (14: places data, which is not read here) and
 * simple quotas (16: adds a kind of reference to the extent tree).
 */
const KNOWN_INCOMPAT = 0x1fff | (1 << 14) | (1 << 16);
const ZONED = 1 << 12;
const METADATA_UUID = 1 << 10;

/** What the superblock of one device says. Sizes and addresses in bytes. */
export interface Superblock {
  /** hexadecimal, 32 digits */
  fsid: string;
  /** the fsid that nodes carry; another one where the file system's was changed afterwards */
  metadataFsid: string;
  /** the same as four little-endian words */
  fsidWords: readonly number[];
  devid: number;
  generation: number;
  root: number;
  rootLevel: number;
  chunkRoot: number;
  chunkRootLevel: number;
  chunkRootGeneration: number;
  totalBytes: number;
  bytesUsed: number;
  deviceBytes: number;
  numDevices: number;
  sectorSize: number;
  nodeSize: number;
  label: string;
  checker: Checker;
  /** the array of system chunks: keys and chunk items in turn */
  systemChunks: Uint8Array;
}

/** Whether a source looks like a btrfs device: the magic number at the primary superblock. */
export function looksLikeBtrfs(reader: BlockReader): boolean {
  return SUPER_OFFSETS.slice(0, 2).some((at) => {
    if (reader.size < at + SUPER_SIZE) return false;
    const bytes = readBytes(reader, at, SUPER_SIZE);
    return isMagic(new DataView(bytes.buffer));
  });
}

/**
 * The newest sound superblock of a device among the primary and its mirrors.
 * @throws FormatError with what is wrong with the primary one when none is sound
 */
export function readSuperblock(reader: BlockReader): Superblock {
  let best: Superblock | undefined;
  let wrong: FormatError | undefined;
  for (const at of SUPER_OFFSETS) {
    if (reader.size < at + SUPER_SIZE) continue;
    try {
      const found = parseSuperblock(readBytes(reader, at, SUPER_SIZE), reader.name, at);
      // mirrors of an older file system may be left behind: only what agrees with a sound primary counts
      if (best === undefined || (found.fsid === best.fsid && found.generation > best.generation)) best = found;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      wrong ??= error;
    }
  }
  if (best) return best;
  throw wrong ?? new FormatError('too small for btrfs', reader.name, 0, `${reader.size} bytes`);
}

function isMagic(view: DataView): boolean {
  return view.getUint32(64, true) === MAGIC_LOW && view.getUint32(68, true) === MAGIC_HIGH;
}

/** @throws FormatError */
export function parseSuperblock(bytes: Uint8Array, source: string, at: number): Superblock {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = (what: string, detail = ''): never => {
    throw new FormatError(what, source, at, detail);
  };
  if (!isMagic(view)) bad('no btrfs superblock', 'the magic number is missing');
  const type = view.getUint16(196, true);
  const checker = checkerFor(type);
  if (!checker) return bad('unknown checksum type', `csum_type ${type}`);
  if (!checker.ok(bytes, 0, SUPER_SIZE)) bad('checksum of the superblock does not match', checker.name);
  if (u64(view, 48) !== at) bad('superblock of another place', `says it stands at byte ${u64(view, 48)}`);
  const incompat = view.getUint32(188, true);
  const unknown = (incompat & ~KNOWN_INCOMPAT) >>> 0;
  if (unknown !== 0 || view.getUint32(192, true) !== 0)
    bad('made by a newer kernel', `incompat_flags 0x${incompat.toString(16)} has bits that are not known here`);
  if (incompat & ZONED) bad('a zoned file system', 'its superblocks stand in a log that is not read here');
  const nodeSize = view.getUint32(148, true);
  const sectorSize = view.getUint32(144, true);
  if (!isPower(nodeSize, 4096, 65536) || !isPower(sectorSize, 512, 65536))
    bad('impossible node size', `nodesize ${nodeSize}, sectorsize ${sectorSize}`);
  const rootLevel = view.getUint8(198);
  const chunkRootLevel = view.getUint8(199);
  if (rootLevel > 7 || chunkRootLevel > 7) bad('impossible tree level', `${rootLevel}, ${chunkRootLevel}`);
  const chunkBytes = view.getUint32(160, true);
  if (chunkBytes > SYS_CHUNKS_ROOM) bad('the array of system chunks is too large', `${chunkBytes} bytes`);
  const numDevices = u64(view, 136);
  if (numDevices < 1 || numDevices > 65536) bad('impossible number of devices', `${numDevices}`);
  const fsid = hex(bytes, 32);
  const metadataFsidAt = incompat & METADATA_UUID ? 571 : 32;
  return {
    fsid,
    metadataFsid: hex(bytes, metadataFsidAt),
    fsidWords: [0, 4, 8, 12].map((word) => view.getUint32(metadataFsidAt + word, true)),
    devid: u64(view, 201),
    generation: u64(view, 72),
    root: u64(view, 80),
    rootLevel,
    chunkRoot: u64(view, 88),
    chunkRootLevel,
    chunkRootGeneration: u64(view, 164),
    totalBytes: u64(view, 112),
    bytesUsed: u64(view, 120),
    deviceBytes: u64(view, 209),
    numDevices,
    sectorSize,
    nodeSize,
    label: label(bytes.subarray(299, 299 + 256)),
    checker,
    systemChunks: bytes.slice(SYS_CHUNKS, SYS_CHUNKS + chunkBytes),
  };
}

function isPower(value: number, from: number, to: number): boolean {
  return value >= from && value <= to && (value & (value - 1)) === 0;
}

export function hex(bytes: Uint8Array, at: number, length = 16): string {
  let text = '';
  for (let i = at; i < at + length; i++) text += (bytes[i] as number).toString(16).padStart(2, '0');
  return text;
}

function label(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}

/** Items that fit into a node. */
export function mostItems(nodeSize: number, each: number): number {
  return Math.floor((nodeSize - HEADER_SIZE) / each);
}
