import { checksumMatches, checksumOf, HEADERS, type HeaderLayout } from '../metadata-header.ts';
import type { Cancelled } from './cancelled.ts';
import type { Overlay } from './overlay.ts';
import { BB } from './record.ts';

/** xfs_buf_log_format: the bits of its map are pieces of 128 bytes */
const CHUNK = 128;
const FLAGS = { inodes: 1, cancel: 2, quota: 4 | 8 | 16 } as const;
const LARGEST = 64 * 1024;
/** enum xfs_blft, blocks that say who they are: btrees, symlinks, directory blocks, attributes. */
const DESCRIBED = new Set([4, 9, 10, 11, 15, 16, 17]);
/**
 * Quotas, AGF, AGFL, AGI, the free space index of directories and their leaves, the realtime
 * bitmap: nothing that a file is read by.
 */
const OF_NO_USE = new Set([1, 2, 3, 5, 6, 7, 12, 13, 14, 19, 20]);

export interface BufferItem {
  cancel: boolean;
  ofUse: boolean;
  /** its kind of block has a header with its place and owner */
  described: boolean;
  sector: number;
  sectors: number;
  map: Buffer;
}

/** The item's first region; undefined where it is impossible. */
export function parseBufferItem(region: Buffer): BufferItem | undefined {
  if (region.length < 24) return undefined;
  const flags = region.readUInt16LE(4);
  const sectors = region.readUInt16LE(6);
  const words = region.readUInt32LE(16);
  const sector = region.readUInt32LE(12) * 2 ** 32 + region.readUInt32LE(8);
  if (sectors * BB > LARGEST || sectors === 0 || 20 + words * 4 > region.length) return undefined;
  return {
    cancel: (flags & FLAGS.cancel) !== 0,
    ofUse: (flags & (FLAGS.inodes | FLAGS.quota)) === 0 && !OF_NO_USE.has(flags >> 11),
    described: DESCRIBED.has(flags >> 11),
    sector,
    sectors,
    map: region.subarray(20, 20 + words * 4),
  };
}

interface Known {
  sectors: number;
  /** of what was on the disk */
  lsn: bigint;
  /** its checksum was right, or it was no such block before, or the log has all of it */
  sound: boolean;
}

/** Applies buffer items, and in the end gives what they changed its checksum, as a write would. */
export class BufferReplay {
  private readonly overlay: Overlay;
  private readonly uuid: Buffer;
  private readonly checked: boolean;
  private readonly known = new Map<number, Known>();

  constructor(overlay: Overlay, uuid: Buffer, checked: boolean) {
    this.overlay = overlay;
    this.uuid = uuid;
    this.checked = checked;
  }

  apply(item: BufferItem, regions: readonly Buffer[], lsn: bigint, cancelled: Cancelled): void {
    if (!item.ofUse || cancelled.has(item.sector, item.sectors)) return;
    const bytes = this.overlay.read(item.sector, item.sectors);
    const known = this.known.get(item.sector) ?? this.look(bytes, item);
    known.sectors = item.sectors;
    this.known.set(item.sector, known);
    // kept for all of its items: one that is on the disk already is older than those that are not
    if (known.lsn > lsn) return;
    let next = 1;
    let covered = 0;
    for (let bit = 0; bit < item.map.length * 8; ) {
      if (!isSet(item.map, bit)) {
        bit++;
        continue;
      }
      const first = bit;
      while (bit < item.map.length * 8 && isSet(item.map, bit)) bit++;
      const region = regions[next++];
      if (region === undefined) break;
      covered += region.copy(bytes, first * CHUNK, 0, Math.min(region.length, (bit - first) * CHUNK));
    }
    if (covered === bytes.length) known.sound = true;
    this.overlay.write(item.sector, bytes);
  }

  /** May clear `bytes`. */
  private look(bytes: Buffer, item: BufferItem): Known {
    const layout = this.checked ? layoutOf(bytes) : undefined;
    const ours =
      layout !== undefined &&
      this.uuid.compare(bytes, layout.uuid, layout.uuid + 16) === 0 &&
      bytes.readBigUInt64BE(layout.blkno) === BigInt(item.sector);
    if (layout === undefined || !ours) {
      // Anything else was in this place: the block is new. Its unused parts are never logged; zeros
      // there let nothing of the old pass for its own, should it be damage after all.
      if (this.checked && item.described) bytes.fill(0);
      return { sectors: item.sectors, lsn: 0n, sound: true };
    }
    const lsn = bytes.readBigUInt64BE(layout.lsn);
    return { sectors: item.sectors, lsn: lsn === 2n ** 64n - 1n ? 0n : lsn, sound: checksumMatches(bytes, layout.crc) };
  }

  /** Blocks that were bad before the log changed a part of them stay bad. */
  finish(): void {
    if (!this.checked) return;
    for (const [sector, { sectors, sound }] of this.known) {
      if (!sound) continue;
      const bytes = this.overlay.read(sector, sectors);
      const crc = isSuperblock(bytes) ? SUPERBLOCK_CRC : layoutOf(bytes)?.crc;
      if (crc === undefined) continue;
      bytes.writeUInt32LE(checksumOf(bytes, crc), crc);
      this.overlay.write(sector, bytes);
    }
  }
}

function isSet(map: Buffer, bit: number): boolean {
  return ((map[bit >> 3] as number) & (1 << (bit & 7))) !== 0;
}

const SUPERBLOCK_CRC = 224;

function isSuperblock(bytes: Buffer): boolean {
  return bytes.readUInt32BE(0) === 0x58465342;
}

/** By its magic: xlog_recover_get_buf_lsn() */
function layoutOf(bytes: Buffer): HeaderLayout | undefined {
  const magic = bytes.readUInt32BE(0);
  if (magic === 0x58444233 || magic === 0x58444433) return HEADERS.directory;
  if (magic === 0x424d4133) return HEADERS.bmap;
  if (magic === 0x58534c4d || magic === 0x5841524d) return HEADERS.remote;
  const short = bytes.readUInt16BE(8);
  return short === 0x3bee || short === 0x3ebe ? HEADERS.da : undefined;
}
