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
 * the ladder has spare rungs behind the last one needed, each left out when enough is free.
 */
export function ladder(chunks: readonly Chunk[], want: number): Ladder {
  const data = mainData(chunks).sort((a, b) => share(a) - share(b));
  let room = data.reduce((sum, chunk) => sum + chunk.length - chunk.used, 0) * FILL;
  const moved: Chunk[] = [];
  let freed = 0;
  let copied = 0;
  for (const chunk of data) {
    if (freed >= want) break;
    // its own gap goes, and what it holds goes into the gaps of the others: together its length
    room -= chunk.length;
    if (room < 0) break;
    moved.push(chunk);
    freed += chunk.length;
    copied += chunk.used;
  }
  return { rungs: rungs(data, moved.length), moved, freed, copied };
}

/** A small chunk that was filled instead of moved is no reason to move another large one. */
const ENOUGH = 0.93;

/** Logical bytes of data chunks at which packing stops. */
export function enoughAt(total: number, { freed }: Ladder): number {
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
