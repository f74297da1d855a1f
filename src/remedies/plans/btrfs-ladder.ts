import type { Chunk } from './btrfs-chunks.ts';

/** One balance: at most `limit` data chunks that are filled less than `usage` percent. */
export interface Rung {
  usage: number;
  limit: number;
}

export interface Ladder {
  rungs: Rung[];
  /** chunks that have to be moved: the emptiest that together make the room wanted */
  moved: Chunk[];
  /** logical bytes of data chunks given back when they are */
  freed: number;
  /** bytes to be copied for that */
  copied: number;
}

/** More balances than this read no better and take no less. */
const MOST_RUNGS = 8;
/** Relocation wants each extent in one piece (prealloc_file_extent_cluster, fs/btrfs/relocation.c): the last gaps fit nothing. */
const FILL = 0.97;

/**
 * Which chunks to pack, least used first, only as many as `want` logical bytes need and as the
 * free space in the others can take. What is moved fills other chunks, which then no longer match:
 * each balance is played through, and the ladder has spare rungs behind the last one needed, each
 * left out when enough is free. It ends where a chunk finds no gaps: moved, it would only become a new one.
 */
export function ladder(chunks: readonly Chunk[], want: number): Ladder {
  const data = mainData(chunks).sort((a, b) => share(a) - share(b));
  const gaps = new Gaps(data);
  const kept: Rung[] = [];
  const moved: Chunk[] = [];
  let freed = 0;
  let copied = 0;
  for (const rung of rungs(data, countOf(data, want))) {
    if (gaps.full()) break;
    const { done, fits } = gaps.balance(rung);
    const limit = fits ? rung.limit : done.length;
    if (limit > 0) kept.push({ ...rung, limit });
    if (freed < want) {
      for (const { chunk, used } of done) {
        moved.push(chunk);
        freed += chunk.length;
        copied += used;
      }
    }
    if (!fits) break;
  }
  return { rungs: freed === 0 ? [] : kept, moved, freed, copied };
}

/** How many chunks, least used first, make `want` bytes if none of them is filled meanwhile. */
function countOf(data: readonly Chunk[], want: number): number {
  let room = data.reduce((sum, chunk) => sum + chunk.length - chunk.used, 0) * FILL;
  let freed = 0;
  let count = 0;
  for (const chunk of data) {
    if (freed >= want) break;
    // its own gap goes, and what it holds goes into the gaps of the others: together its length
    room -= chunk.length;
    if (room < 0) break;
    freed += chunk.length;
    count++;
  }
  return count;
}

interface Held {
  chunk: Chunk;
  used: number;
  gone: boolean;
}

/**
 * What a balance does to the chunks: of those that match it takes the one of the highest address first
 * (__btrfs_balance, fs/btrfs/volumes.c), and what that held goes to the lowest addresses with a gap
 * (find_free_extent, fs/btrfs/extent-tree.c). Followed chunk by chunk on a loop device.
 */
class Gaps {
  private readonly held: Held[];
  private room: number;
  /** no chunk before it has a gap */
  private first = 0;

  constructor(data: readonly Chunk[]) {
    const address = (chunk: Chunk): number => chunk.start ?? 0;
    this.held = [...data]
      .sort((a, b) => address(a) - address(b))
      .map((chunk) => ({ chunk, used: chunk.used, gone: false }));
    this.room = this.held.reduce((sum, one) => sum + gap(one), 0);
  }

  /** `fits`: false when the next one would find no gaps. */
  balance({ usage, limit }: Rung): { done: { chunk: Chunk; used: number }[]; fits: boolean } {
    const done: { chunk: Chunk; used: number }[] = [];
    for (let at = this.held.length - 1; at >= 0 && done.length < limit; at--) {
      const one = this.held[at];
      if (!one || one.gone || one.used * 100 >= one.chunk.length * usage) continue;
      if (one.used > this.room - gap(one)) return { done, fits: false };
      this.room -= gap(one);
      one.gone = true;
      this.fill(one.used);
      done.push({ chunk: one.chunk, used: one.used });
    }
    return { done, fits: true };
  }

  /** Nothing more can be moved: what is in any chunk is more than the others take. */
  full(): boolean {
    return !this.held.some((one) => !one.gone && one.used <= this.room - gap(one));
  }

  private fill(bytes: number): void {
    this.room -= bytes;
    for (let left = bytes; left > 0 && this.first < this.held.length; ) {
      const one = this.held[this.first] as Held;
      const some = one.gone ? 0 : Math.min(left, gap(one));
      one.used += some;
      left -= some;
      if (left > 0) this.first++;
    }
  }
}

function gap({ chunk, used }: Held): number {
  return Math.max(0, chunk.length * FILL - used);
}

/** A small chunk that was filled instead of moved is no reason to move another large one. */
const ENOUGH = 0.93;

/** Bytes given to chunks at which packing stops, of `total` and of `freed` that it gives back. */
export function enoughAt(total: number, freed: number): number {
  return Math.floor(total - freed * ENOUGH);
}

/** Data chunks of the profile that holds most data: one left over from another profile is not packed into. */
export function mainData(chunks: readonly Chunk[]): Chunk[] {
  const data = chunks.filter((chunk) => chunk.type === 'data' || chunk.type === 'mixed');
  const total = new Map<string, number>();
  for (const chunk of data) total.set(chunk.profile, (total.get(chunk.profile) ?? 0) + chunk.length);
  const main = [...total].sort((a, b) => b[1] - a[1])[0]?.[0];
  return data.filter((chunk) => chunk.profile === main);
}

/**
 * The chunks needed, a few a rung. Behind them spare rungs for those that were filled by what was
 * moved before: one group each, since a chunk too many finds no gaps and only makes a new one.
 */
function rungs(data: readonly Chunk[], needed: number): Rung[] {
  const group = Math.ceil(needed / MOST_RUNGS);
  const list: Rung[] = [];
  const candidates = data.slice(0, 2 * needed + 2).filter((chunk) => share(chunk) < 0.95);
  for (let at = 0; at < candidates.length && group > 0; at += group) {
    const last = candidates[Math.min(at + group, candidates.length) - 1];
    if (!last) break;
    const usage = Math.floor(share(last) * 100) + 1;
    const limit = Math.min(group, candidates.length - at);
    const same = list.at(-1);
    if (same?.usage === usage && at < needed) same.limit += limit;
    else list.push({ usage, limit });
  }
  return list;
}

function share(chunk: Chunk): number {
  return chunk.length === 0 ? 1 : chunk.used / chunk.length;
}
