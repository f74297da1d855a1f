import { expect, test } from 'vitest';
import type { Mapping } from '../../../src/formats/xfs/extent.ts';
import { applyPending } from '../../../src/formats/xfs/pending.ts';
import type { PendingMap } from '../../../src/formats/xfs/volume.ts';
import { randomFrom } from './mutate.ts';

const BLOCKS = 40;

test('mappings promised in the log lie over the extents as if they were done one by one', () => {
  for (let seed = 0; seed < 3000; seed++) {
    const random = randomFrom(seed);
    const extents = someExtents(random);
    const pending = Array.from({ length: 1 + random(4) }, () => somePending(random));
    const model = spread(extents);
    for (const { start, count, block } of pending)
      for (let i = 0; i < count; i++) model[start + i] = block === undefined ? undefined : block + i;
    const got = [...applyPending(extents, pending)];
    expect(spread(got), `seed ${seed}`).toEqual(model);
    let end = 0;
    for (const one of got) {
      if (one.kind === 'lost') throw new Error('nothing was lost');
      expect(one.start, `seed ${seed}`).toBeGreaterThanOrEqual(end);
      expect(one.count).toBeGreaterThan(0);
      end = one.start + one.count;
    }
  }
});

test('a lost range keeps what no promise covers', () => {
  const lost: Mapping = { kind: 'lost', start: 4, end: Number.POSITIVE_INFINITY, what: 'gone', position: 0 };
  const got = [...applyPending([lost], [{ start: 6, count: 2, block: 100, unwritten: false }])];
  expect(got).toEqual([
    { ...lost, end: 6 },
    { kind: 'extent', start: 6, count: 2, block: 100, unwritten: false },
    { ...lost, start: 8 },
  ]);
});

function someExtents(random: (below: number) => number): Mapping[] {
  const extents: Mapping[] = [];
  for (let start = random(5); start < BLOCKS - 8; ) {
    const count = 1 + random(7);
    extents.push({ kind: 'extent', start, count, block: 1000 + start * 10, unwritten: false });
    start += count + random(4);
  }
  return extents;
}

function somePending(random: (below: number) => number): PendingMap {
  const start = random(BLOCKS - 10);
  return { start, count: 1 + random(9), block: random(3) === 0 ? undefined : 5000 + random(1000), unwritten: false };
}

function spread(mappings: readonly Mapping[]): (number | undefined)[] {
  const blocks: (number | undefined)[] = Array.from({ length: BLOCKS }, () => undefined);
  for (const one of mappings)
    if (one.kind === 'extent') for (let i = 0; i < one.count; i++) blocks[one.start + i] = one.block + i;
  return blocks;
}
