import type { MappingSource, Run } from './extents.ts';

/** Direct blocks in i_block; then one, two and three levels of blocks full of block numbers (ext2). */
const DIRECT = 12;

/**
 * Blocks of a file mapped the old way, ascending, neighbours merged. No checksum covers these
 * blocks: a number outside the file system is all that can tell.
 * @param map i_block, 60 bytes
 * @param end logical blocks wanted: none at or past it is looked for
 */
export function* mappedRuns(source: MappingSource, map: Buffer, end: number): Iterable<Run> {
  const fan = source.blockSize / 4;
  let pending: Run | undefined;
  for (const run of allRuns(source, map, end, fan)) {
    if (
      pending?.kind === 'data' &&
      run.kind === 'data' &&
      pending.logical + pending.blocks === run.logical &&
      pending.physical + pending.blocks === run.physical
    ) {
      pending.blocks += run.blocks;
      continue;
    }
    if (pending) yield pending;
    pending = run;
  }
  if (pending) yield pending;
}

function* allRuns(source: MappingSource, map: Buffer, end: number, fan: number): Iterable<Run> {
  for (let i = 0; i < Math.min(DIRECT, end); i++) yield* one(source, map.readUInt32LE(i * 4), i);
  let logical = DIRECT;
  for (const [level, slot] of [DIRECT, DIRECT + 1, DIRECT + 2].entries()) {
    if (logical >= end) return;
    yield* indirect(source, map.readUInt32LE(slot * 4), level + 1, logical, end, fan);
    logical += fan ** (level + 1);
  }
}

function* one(source: MappingSource, physical: number, logical: number): Iterable<Run> {
  if (physical === 0) return;
  if (physical >= source.blocks) yield { kind: 'lost', logical, blocks: 1, what: 'a block outside the file system' };
  else yield { kind: 'data', logical, blocks: 1, physical };
}

function* indirect(
  source: MappingSource,
  block: number,
  level: number,
  logical: number,
  end: number,
  fan: number,
): Iterable<Run> {
  if (block === 0) return;
  const covers = Math.min(fan ** level, end - logical);
  let bytes: Buffer | undefined;
  let what = 'a block of block numbers lies outside the file system';
  try {
    if (block < source.blocks) bytes = source.readBlock(block);
  } catch (error) {
    what = `a block of block numbers cannot be read: ${(error as Error).message}`;
  }
  if (!bytes) return yield { kind: 'lost', logical, blocks: covers, what };
  const step = fan ** (level - 1);
  for (let i = 0; i < fan && logical + i * step < end; i++) {
    const next = bytes.readUInt32LE(i * 4);
    if (level === 1) yield* one(source, next, logical + i);
    else yield* indirect(source, next, level - 1, logical + i * step, end, fan);
  }
}
