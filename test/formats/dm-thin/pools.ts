import { BLOCK } from '../../../src/formats/dm-thin/layout.ts';
import { fc } from '../../random-cases.ts';
import type { Mapping, WriterOptions, WrittenDevice } from './writer.ts';

/** A pool for a test, with what is to be found in it by counting slowly. */
export interface MadePool {
  options: WriterOptions;
  expected: { id: number; mapped: number; exclusive: number; shared: number }[];
}

const DATA_BLOCKS = 4000;

/** Devices that are snapshots of others with some blocks written anew, as the kernel makes them. */
export const madePools: fc.Arbitrary<MadePool> = fc
  .record({
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    devices: fc.integer({ min: 0, max: 9 }),
    perNode: fc.constantFrom(3, 4, 7, 84, 252),
    held: fc.boolean(),
    spread: fc.constantFrom(40, 300, 2 ** 33),
  })
  .map(({ seed, devices, perNode, held, spread }) => makePool(seed, devices, perNode, held, spread));

export function makePool(seed: number, count: number, perNode: number, held: boolean, spread = 300): MadePool {
  const random = randomOf(seed);
  let next = 0;
  const devices: WrittenDevice[] = [];
  const base = (): Map<number, Mapping> => {
    const mappings = new Map<number, Mapping>();
    for (let n = random(60); n > 0 && next < DATA_BLOCKS - 400; n--) {
      const virtual = random(spread);
      mappings.set(virtual, [virtual, next++, random(9)]);
    }
    return mappings;
  };
  let heldDevices: WrittenDevice[] | undefined;
  for (let d = 0; d < count; d++) {
    const from = d > 0 && random(3) > 0 ? devices[random(d)] : undefined;
    const mappings = from ? new Map(from.mappings.map((mapping) => [mapping[0], mapping])) : base();
    if (from && random(4) > 0) {
      for (let n = random(8); n > 0; n--) {
        const virtual = random(spread);
        if (random(5) === 0) mappings.delete(virtual);
        else mappings.set(virtual, [virtual, next++, d + 10]);
      }
    }
    devices.push({ id: d * 3 + 1, mappings: [...mappings.values()].sort((a, b) => a[0] - b[0]) });
    if (held && d === Math.floor(count / 2)) heldDevices = [...devices];
  }
  return {
    options: {
      devices,
      ...(heldDevices ? { held: heldDevices } : {}),
      dataBlocks: DATA_BLOCKS,
      metadataBlocks: 1200,
      perNode,
    },
    expected: countSlowly(devices),
  };
}

function countSlowly(devices: readonly WrittenDevice[]): MadePool['expected'] {
  const holders = new Map<number, Set<number>>();
  for (const { id, mappings } of devices) {
    for (const [, data] of mappings) holders.set(data, (holders.get(data) ?? new Set()).add(id));
  }
  return devices.map(({ id, mappings }) => {
    const exclusive = mappings.filter(([, data]) => holders.get(data)?.size === 1).length;
    return { id, mapped: mappings.length, exclusive, shared: mappings.length - exclusive };
  });
}

/** A generator that gives the same numbers for the same seed: 0 up to below `n`. */
export function randomOf(seed: number): (n: number) => number {
  let s = seed >>> 0 || 1;
  return (n) => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return Math.floor((s / 2 ** 32) * n);
  };
}

export const usedBlocks = (image: Buffer): number[] => {
  const used: number[] = [];
  for (let at = 0; at < image.length; at += BLOCK)
    if (image.subarray(at, at + BLOCK).some((byte) => byte !== 0)) used.push(at / BLOCK);
  return used;
};
