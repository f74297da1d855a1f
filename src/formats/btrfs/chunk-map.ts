import { FormatError } from '../format-error.ts';
import { PROFILE, u64 } from './layout.ts';

/** BTRFS_STRIPE_LEN: the kernel knows no other. */
const STRIPE = 65536;
/** struct btrfs_chunk without stripes, struct btrfs_stripe. */
const CHUNK = 48;
const STRIPE_ITEM = 32;

/** A range of logical addresses and where its copies lie. */
export interface Chunk {
  logical: number;
  length: number;
  /** type and profile bits */
  type: number;
  subStripes: number;
  stripes: { devid: number; offset: number }[];
}

/** A place on a device. */
export interface Place {
  devid: number;
  offset: number;
}

/** The chunk item at `at` of `view`, which has `room` bytes. @throws FormatError */
export function parseChunk(view: DataView, at: number, room: number, logical: number, source: string): Chunk {
  const bad = (detail: string): never => {
    throw new FormatError('impossible chunk', source, logical, detail);
  };
  if (room < CHUNK + STRIPE_ITEM) bad(`its item has ${room} bytes`);
  const count = view.getUint16(at + 44, true);
  const length = u64(view, at);
  const type = view.getUint32(at + 24, true);
  const subStripes = view.getUint16(at + 46, true);
  if (count < 1 || room < CHUNK + count * STRIPE_ITEM) bad(`${count} stripes in ${room} bytes`);
  if (u64(view, at + 16) !== STRIPE) bad(`stripe length ${u64(view, at + 16)}`);
  if (length < 4096 || !Number.isSafeInteger(logical + length)) bad(`length ${length}`);
  if (type & PROFILE.raid10 && (subStripes < 1 || count % subStripes !== 0)) bad(`${count} stripes of ${subStripes}`);
  if (count <= parities(type)) bad(`${count} stripes`);
  const stripes = Array.from({ length: count }, (_, i) => ({
    devid: u64(view, at + CHUNK + i * STRIPE_ITEM),
    offset: u64(view, at + CHUNK + i * STRIPE_ITEM + 8),
  }));
  return { logical, length, type, subStripes, stripes };
}

/** Bytes of a chunk item with so many stripes. */
export function chunkItemSize(view: DataView, at: number): number {
  return CHUNK + view.getUint16(at + 44, true) * STRIPE_ITEM;
}

function parities(type: number): number {
  return type & PROFILE.raid5 ? 1 : type & PROFILE.raid6 ? 2 : 0;
}

/** Chunks by logical address. */
export class ChunkMap {
  private readonly chunks: Chunk[] = [];

  add(chunk: Chunk): void {
    const at = this.indexBefore(chunk.logical) + 1;
    if (this.chunks[at - 1]?.logical === chunk.logical) this.chunks[at - 1] = chunk;
    else this.chunks.splice(at, 0, chunk);
  }

  all(): readonly Chunk[] {
    return this.chunks;
  }

  /** The chunk that holds all of `[logical, logical + length)`. */
  find(logical: number, length: number): Chunk | undefined {
    const chunk = this.chunks[this.indexBefore(logical)];
    return chunk && logical + length <= chunk.logical + chunk.length ? chunk : undefined;
  }

  /** The last chunk that does not begin behind `logical`; -1 for none. */
  indexBefore(logical: number): number {
    let low = -1;
    let high = this.chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.chunks[middle] as Chunk).logical <= logical) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** How many whole copies of its data a chunk has. RAID5 and RAID6 count one: parity is not read. */
export function copies({ type, stripes, subStripes }: Chunk): number {
  if (type & (PROFILE.raid1 | PROFILE.raid1c3 | PROFILE.raid1c4 | PROFILE.dup)) return stripes.length;
  return type & PROFILE.raid10 ? subStripes : 1;
}

/** Bytes from `logical` on that lie together in every copy. */
export function contiguous(chunk: Chunk, logical: number): number {
  const inside = logical - chunk.logical;
  const striped = PROFILE.raid0 | PROFILE.raid10 | PROFILE.raid5 | PROFILE.raid6;
  return chunk.type & striped ? STRIPE - (inside % STRIPE) : chunk.length - inside;
}

/** Where copy `copy` of the byte at `logical` lies (kernel fs/btrfs/volumes.c, btrfs_map_block). */
export function placeOf(chunk: Chunk, logical: number, copy: number): Place {
  const { type, stripes, subStripes } = chunk;
  const inside = logical - chunk.logical;
  const row = Math.floor(inside / STRIPE);
  const count = stripes.length;
  if (type & PROFILE.raid0) return striped(stripes[row % count], Math.floor(row / count), inside);
  if (type & PROFILE.raid10) {
    const groups = count / subStripes;
    return striped(stripes[(row % groups) * subStripes + copy], Math.floor(row / groups), inside);
  }
  if (type & (PROFILE.raid5 | PROFILE.raid6)) {
    const data = count - parities(type);
    const line = Math.floor(row / data);
    return striped(stripes[((row % data) + line) % count], line, inside);
  }
  const stripe = stripes[copy] as Place;
  return { devid: stripe.devid, offset: stripe.offset + inside };
}

function striped(stripe: Place | undefined, row: number, inside: number): Place {
  const { devid, offset } = stripe as Place;
  return { devid, offset: offset + row * STRIPE + (inside % STRIPE) };
}
