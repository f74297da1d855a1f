import type { Extent, Mapping } from './extent.ts';
import type { PendingMap } from './volume.ts';

/**
 * Extents with the mappings laid over them that the log promised and nobody finished: each in
 * turn takes its range from what was there. Lists are short: the kernel finishes such work in
 * pieces of one extent.
 */
export function* applyPending(mappings: Iterable<Mapping>, pending: readonly PendingMap[]): Generator<Mapping> {
  const changed = settle(pending);
  let next = 0;
  for (const mapping of mappings) {
    let rest: Mapping | undefined = mapping;
    while (rest !== undefined && next < changed.length) {
      const change = changed[next] as PendingMap;
      const end = endOf(rest);
      if (change.start >= end) break;
      if (change.start > rest.start) yield cut(rest, rest.start, change.start);
      const after: number = change.start + change.count;
      rest = after < end ? cut(rest, Math.max(after, rest.start), end) : undefined;
      if (rest !== undefined) {
        yield* mapped(change);
        next++;
      }
    }
    if (rest !== undefined) yield rest;
  }
  for (; next < changed.length; next++) yield* mapped(changed[next] as PendingMap);
}

function* mapped(change: PendingMap): Generator<Extent> {
  if (change.block === undefined) return;
  yield { kind: 'extent', start: change.start, count: change.count, block: change.block, unwritten: change.unwritten };
}

/** Later changes over earlier ones: ascending, none overlapping. */
function settle(pending: readonly PendingMap[]): PendingMap[] {
  let settled: PendingMap[] = [];
  for (const change of pending) {
    const end = change.start + change.count;
    const kept: PendingMap[] = [];
    for (const old of settled) {
      const oldEnd = old.start + old.count;
      if (oldEnd <= change.start || old.start >= end) kept.push(old);
      else {
        if (old.start < change.start) kept.push({ ...old, count: change.start - old.start });
        if (oldEnd > end)
          kept.push({ ...old, start: end, count: oldEnd - end, block: shifted(old.block, end - old.start) });
      }
    }
    settled = [...kept, change];
  }
  return settled.sort((a, b) => a.start - b.start);
}

function endOf(mapping: Mapping): number {
  return mapping.kind === 'lost' ? mapping.end : mapping.start + mapping.count;
}

function cut(mapping: Mapping, start: number, end: number): Mapping {
  if (mapping.kind === 'lost') return { ...mapping, start, end };
  return { ...mapping, start, count: end - start, block: mapping.block + (start - mapping.start) };
}

function shifted(block: number | undefined, by: number): number | undefined {
  return block === undefined ? undefined : block + by;
}
