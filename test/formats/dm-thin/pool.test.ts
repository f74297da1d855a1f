import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/formats/block-reader.ts';
import { metadataBlocks } from '../../../src/formats/dm-thin/blocks.ts';
import { checkPool } from '../../../src/formats/dm-thin/check.ts';
import { readDevices } from '../../../src/formats/dm-thin/devices.ts';
import { dumpXml } from '../../../src/formats/dm-thin/dump.ts';
import { findRoots } from '../../../src/formats/dm-thin/find-roots.ts';
import { SALT } from '../../../src/formats/dm-thin/layout.ts';
import { readSuperblock } from '../../../src/formats/dm-thin/superblock.ts';
import { surveyPool } from '../../../src/formats/dm-thin/survey.ts';
import { thinDevice } from '../../../src/formats/dm-thin/thin-device.ts';
import { fc } from '../../random-cases.ts';
import { madePools, makePool } from './pools.ts';
import { reseal, type WrittenDevice, writePool } from './writer.ts';

const rows = (devices: readonly { id: number; mapped: number; exclusive: number; shared: number }[]) =>
  devices.map(({ id, mapped, exclusive, shared }) => ({ id, mapped, exclusive, shared }));

/** Mappings as the dump tells them. */
function parseDump(xml: string): WrittenDevice[] {
  const devices: WrittenDevice[] = [];
  for (const [, tag = '', attributes = ''] of xml.matchAll(/<(\w+) ([^>]*)>/g)) {
    const a = Object.fromEntries([...attributes.matchAll(/(\w+)="(\d*)"/g)].map(([, k, v]) => [k, Number(v)]));
    if (tag === 'device') devices.push({ id: a['dev_id'] ?? -1, mappings: [] });
    const to = devices.at(-1)?.mappings;
    if (tag === 'single_mapping') to?.push([a['origin_block'] ?? -1, a['data_block'] ?? -1, a['time'] ?? -1]);
    if (tag === 'range_mapping')
      for (let i = 0; i < (a['length'] ?? 0); i++)
        to?.push([(a['origin_begin'] ?? -1) + i, (a['data_begin'] ?? -1) + i, a['time'] ?? -1]);
  }
  return devices;
}

describe('a thin pool', () => {
  test('any pool: who holds what, a clean check, a dump that has every mapping', () => {
    fc.assert(
      fc.property(madePools, ({ options, expected }) => {
        const reader = memoryReader(writePool(options));
        const superblock = readSuperblock(reader);
        const survey = surveyPool(reader, superblock);
        expect(survey.damage).toEqual([]);
        expect(rows(survey.devices)).toEqual(expected);
        const check = checkPool(reader, superblock, true);
        expect(check).toMatchObject({ state: 'healthy', damage: [] });
        expect(rows(check.devices)).toEqual(expected);
        for (const map of [check.dataMap, check.metadataMap]) {
          expect(map).toMatchObject({ low: 0, leaked: 0, wrongFree: [] });
          expect(map.used).toBe(map.says);
        }
        const dump = [...dumpXml(reader, superblock, (damage) => expect(damage).toBeUndefined())].join('');
        expect(parseDump(dump)).toEqual(options.devices);
      }),
      { numRuns: 80 },
    );
  });

  test('any device reads as its mappings say, with zeros between, and says where its holes are', () => {
    fc.assert(
      fc.property(madePools, fc.nat(), fc.nat(), ({ options }, a, b) => {
        const blockSize = 65536;
        const metadata = memoryReader(writePool(options));
        const superblock = readSuperblock(metadata);
        // a data device whose every byte tells which block it is in
        const data = {
          name: 'data',
          size: superblock.data.blocks * blockSize,
          readInto(into: Uint8Array, offset: number): void {
            for (let i = 0; i < into.length; i++) into[i] = 1 + (Math.floor((offset + i) / blockSize) % 255);
          },
        };
        for (const { id, root } of readDevices(metadataBlocks(metadata), superblock, [])) {
          const mappings = new Map(options.devices.find((one) => one.id === id)?.mappings.map(([v, d]) => [v, d]));
          const size = (Math.max(-1, ...mappings.keys()) + 3) * blockSize;
          const device = thinDevice({ metadata, data, id, root: root ?? 0, blockSize, dataBlocks: 4000, size });
          const starts = [...mappings.keys()].flatMap((v) => [v, v + 1]);
          const at = Math.min(
            size - 1,
            Math.max(0, (starts[a % (starts.length || 1)] ?? 0) * blockSize - 1000 + (b % 2000)),
          );
          const into = new Uint8Array(Math.min(3 * blockSize, size - at));
          device.readInto(into, at);
          const wanted = into.map((_, i) => {
            const from = mappings.get(Math.floor((at + i) / blockSize));
            return from === undefined ? 0 : 1 + (from % 255);
          });
          expect(Buffer.compare(into, wanted)).toBe(0);
          const after = [...mappings.keys()].filter((v) => (v + 1) * blockSize > at).sort((x, y) => x - y)[0];
          const hole = after === undefined ? size - at : Math.max(0, after * blockSize - at);
          expect(device.holeAt(at)).toBe(hole);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a device without a size ends with its last mapped block', () => {
    const metadata = memoryReader(
      writePool({
        devices: [
          {
            id: 1,
            mappings: [
              [5, 0, 0],
              [9, 1, 0],
            ],
          },
        ],
        dataBlocks: 10,
        metadataBlocks: 64,
      }),
    );
    const [entry] = readDevices(metadataBlocks(metadata), readSuperblock(metadata), []);
    const data = memoryReader(new Uint8Array(10 * 65536));
    const device = thinDevice({ metadata, data, id: 1, root: entry?.root ?? 0, blockSize: 65536, dataBlocks: 10 });
    expect(device.size).toBe(10 * 65536);
  });

  test('the metadata snapshot is read through its own superblock', () => {
    const { options } = makePool(5, 6, 84, true);
    const reader = memoryReader(writePool(options));
    const live = readSuperblock(reader);
    const held = readSuperblock(reader, live.heldRoot);
    const xml = [...dumpXml(reader, { ...held, data: live.data }, () => {})].join('');
    expect(parseDump(xml)).toEqual(options.held);
  });

  test('counts that are wrong are told: too low is damage, too high is room lost', () => {
    const { options } = makePool(11, 6, 84, false);
    const image = writePool(options);
    const blocks = metadataBlocks(memoryReader(image));
    const bitmaps: number[] = [];
    blocks.visit(
      Array.from({ length: blocks.count }, (_, i) => i),
      SALT.bitmap,
      (_, __, block) => bitmaps.push(block),
      () => {},
    );
    const at = (bitmaps[0] ?? 0) * 4096 + 16;
    const verdict = (from: number, to: number) => {
      const changed = Buffer.from(image);
      expect(changed.readUInt8(at) & 3).toBe(from);
      changed.writeUInt8((changed.readUInt8(at) & ~3) | to, at);
      reseal(changed, bitmaps[0] ?? 0, SALT.bitmap);
      const reader = memoryReader(changed);
      return checkPool(reader, readSuperblock(reader));
    };
    const first = image.readUInt8(at) & 3;
    expect(first).not.toBe(0);
    expect(verdict(first, 0)).toMatchObject({ state: 'damaged', dataMap: { low: 1, leaked: 0 } });
    if (first === 2) expect(verdict(2, 1)).toMatchObject({ state: 'leaks', dataMap: { low: 0, leaked: 1 } });
  });

  test('needs_check alone is not damage, but it is told', () => {
    const reader = memoryReader(writePool({ ...makePool(3, 3, 84, false).options, needsCheck: true }));
    const superblock = readSuperblock(reader);
    expect(superblock.needsCheck).toBe(true);
    expect(checkPool(reader, superblock)).toMatchObject({ state: 'leaks', needsCheck: true, damage: [] });
  });

  test('a superblock of a later version or with unknown features is refused by name', () => {
    const image = writePool(makePool(3, 3, 84, false).options);
    const refused = (at: number, value: number): string => {
      const changed = Buffer.from(image);
      changed.writeUInt32LE(value, at);
      reseal(changed, 0, SALT.superblock);
      try {
        readSuperblock(memoryReader(changed));
        return 'accepted';
      } catch (error) {
        return String(error);
      }
    };
    expect(refused(40, 3)).toContain('version 3');
    expect(refused(360, 4)).toContain('flags 0x4');
    expect(refused(336, 100)).toContain('51200 bytes');
    expect(refused(352, 1)).toBe('accepted');
  });

  test('a device whose only mapping looks like a node of the upper level is found whole', () => {
    // data block 0 at a time that is also the number of a node
    const times = Array.from({ length: 20 }, (_, time) => time);
    const whole = times.map((time) => {
      const image = writePool({
        ...makePool(3, 3, 84, false).options,
        devices: [
          { id: 1, mappings: [[5, 7, 1]] },
          { id: 4, mappings: [[232, 0, time]] },
        ],
      });
      const { mappingRoot } = readSuperblock(memoryReader(image));
      image.fill(0, 0, 4096);
      return findRoots(memoryReader(image)).find((one) => one.mappingRoot === mappingRoot)?.matching;
    });
    expect(whole).toEqual(times.map(() => 2));
  });

  test('roots are found again when the superblock is gone', () => {
    fc.assert(
      fc.property(madePools, ({ options }) => {
        fc.pre(options.devices.some(({ mappings }) => mappings.length > 0));
        const image = writePool(options);
        const { mappingRoot } = readSuperblock(memoryReader(image));
        image.fill(0, 0, 4096);
        const found = findRoots(memoryReader(image));
        expect(found.map((one) => one.mappingRoot)).toContain(mappingRoot);
        const live = found.find((one) => one.mappingRoot === mappingRoot);
        expect(live).toMatchObject({ devices: options.devices.length, matching: options.devices.length });
        expect(live?.mapped).toBe(options.devices.reduce((sum, { mappings }) => sum + mappings.length, 0));
      }),
      { numRuns: 30 },
    );
  });

  test('roots: a leaf of one mapping of data block 0, alone below its parent, is of mappings like those beside the parent', () => {
    const blocks = [4, 5, 6, 8, 3, 13, 7, 11, 10, 12, 15, 1, 14, 0];
    const mappings = blocks.map((block, index): [number, number, number] => [index * 21 + 1, block, 1]);
    const image = writePool({ devices: [{ id: 1, mappings }], dataBlocks: 4000, metadataBlocks: 1200, perNode: 3 });
    const { mappingRoot } = readSuperblock(memoryReader(image));
    image.fill(0, 0, 4096);
    const live = findRoots(memoryReader(image)).find((one) => one.mappingRoot === mappingRoot);
    expect(live).toMatchObject({ devices: 1, matching: 1, mapped: mappings.length });
  });
});
