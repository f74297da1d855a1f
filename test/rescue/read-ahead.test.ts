import { expect, test } from 'vitest';
import { memoryReader } from '../../src/formats/block-reader.ts';
import { FormatError } from '../../src/formats/format-error.ts';
import { ReadAhead } from '../../src/rescue/read-ahead.ts';
import { randomFrom } from '../usage/engine.ts';

const SIZE = 2 ** 20;
const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 7919) >>> 5);

test('whatever the order of reads, each gives what lies there, and a run of small ones takes few of the source', () => {
  const random = randomFrom(3);
  let reads = 0;
  const source = memoryReader(bytes);
  const ahead = new ReadAhead({
    name: 'counted',
    size: SIZE,
    readInto(into, offset) {
      reads++;
      source.readInto(into, offset);
    },
  });
  const read = (offset: number, length: number): void => {
    const into = new Uint8Array(length);
    ahead.readInto(into, offset);
    expect(Buffer.compare(into, bytes.subarray(offset, offset + length))).toBe(0);
  };
  for (let at = 0; at + 4096 <= SIZE; at += 4096) read(at, 3000);
  expect(reads).toBeLessThan(20);
  for (let i = 0, at = 0; i < 3000; i++) {
    if (random(10) === 0) at = random(SIZE);
    const length = Math.min(SIZE - at, random(10) === 0 ? random(200_000) : random(9000));
    read(at, length);
    at = Math.min(SIZE, at + length + random(3) * 4096);
  }
});

test('a bad place costs no more than the reads that ask for it', () => {
  const bad = 300_000;
  const source = memoryReader(bytes);
  const ahead = new ReadAhead({
    name: 'failing',
    size: SIZE,
    readInto(into, offset) {
      if (offset <= bad && bad < offset + into.length) throw new FormatError('cannot be read', 'failing', bad);
      source.readInto(into, offset);
    },
  });
  const failed: number[] = [];
  for (let at = 0; at + 4096 <= SIZE; at += 4096) {
    const into = new Uint8Array(4096);
    try {
      ahead.readInto(into, at);
      expect(Buffer.compare(into, bytes.subarray(at, at + 4096))).toBe(0);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      failed.push(at);
    }
  }
  expect(failed).toEqual([bad - (bad % 4096)]);
});
