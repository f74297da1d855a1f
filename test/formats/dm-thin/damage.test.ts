import { describe, expect, test } from 'vitest';
import { type BlockReader, memoryReader } from '../../../src/formats/block-reader.ts';
import { metadataBlocks } from '../../../src/formats/dm-thin/blocks.ts';
import { checkPool } from '../../../src/formats/dm-thin/check.ts';
import { readDevices } from '../../../src/formats/dm-thin/devices.ts';
import { dumpXml } from '../../../src/formats/dm-thin/dump.ts';
import { findRoots } from '../../../src/formats/dm-thin/find-roots.ts';
import { readSuperblock, type Superblock } from '../../../src/formats/dm-thin/superblock.ts';
import { surveyPool } from '../../../src/formats/dm-thin/survey.ts';
import { thinDevice } from '../../../src/formats/dm-thin/thin-device.ts';
import { FormatError } from '../../../src/formats/format-error.ts';
import { spent } from '../../processor-time.ts';
import { mutate } from './damage.ts';
import { makePool, usedBlocks } from './pools.ts';
import { writePool } from './writer.ts';

/** `ULLAGE_MUTATIONS=20000` for the long run. */
const MUTATIONS = Number(process.env['ULLAGE_MUTATIONS'] ?? 1200);
const BLOCK_SIZE = 65536;

const pools = [makePool(5, 6, 7, true, 300), makePool(21, 9, 3, false, 300), makePool(8, 5, 84, true, 2 ** 33)].map(
  ({ options }) => {
    const image = writePool({ ...options, metadataBlocks: 600 });
    return { options, image, used: usedBlocks(image), superblock: readSuperblock(memoryReader(image)) };
  },
);

/** A data device whose blocks say which they are in their first bytes. */
const data: BlockReader = {
  name: 'data',
  size: 4000 * BLOCK_SIZE,
  readInto(into, offset) {
    into.fill(0);
    new DataView(into.buffer, into.byteOffset).setUint32(0, 1 + offset / BLOCK_SIZE, true);
  },
};

function superblockOf(reader: BlockReader): Superblock | undefined {
  try {
    return readSuperblock(reader);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return undefined;
  }
}

/** All there is to ask; anything thrown but FormatError fails the test. */
function readAll(reader: BlockReader, superblock: Superblock): { damaged: boolean; dumped: number } {
  const survey = surveyPool(reader, superblock);
  for (const { mapped, exclusive, shared } of survey.devices) {
    expect(Number.isSafeInteger(mapped) && exclusive >= 0 && mapped >= 0 && Number.isFinite(shared)).toBe(true);
  }
  const check = checkPool(reader, superblock, true);
  let dumped = 0;
  let lost = 0;
  for (const piece of dumpXml(reader, superblock, () => lost++)) {
    dumped += piece.length;
    if (dumped > 5e6) throw new Error('a dump that does not end');
  }
  // nothing may be lost in a dump or a survey that a check calls whole
  if (check.damage.length === 0) expect(lost + survey.damage.length).toBe(0);
  return { damaged: check.state === 'damaged', dumped };
}

describe('damaged metadata', () => {
  test(`${MUTATIONS} damaged images: no crash, no endless walk, nothing wrong passes for right`, {
    timeout: 60_000 + MUTATIONS * 200,
  }, () => {
    const slowest = { ms: 0, kind: '' };
    for (let seed = 1; seed <= MUTATIONS; seed++) {
      const pool = pools[seed % pools.length];
      if (!pool) throw new Error('no pool');
      const { image, kind, sealed } = mutate(pool.image, pool.used, seed);
      const reader = memoryReader(image, kind);
      const start = process.cpuUsage();
      try {
        const superblock = superblockOf(reader);
        if (superblock) {
          let damaged = true;
          try {
            ({ damaged } = readAll(reader, superblock));
          } catch (error) {
            if (!(error instanceof FormatError)) throw error;
          }
          const same = image.equals(pool.image);
          if (!sealed && !same) expect(damaged, kind).toBe(true);
          if (!sealed) readDevicesAsBefore(reader, superblock, pool.superblock, pool.options.devices);
        } else findRoots(reader);
      } catch (error) {
        throw new Error(`seed ${seed}, ${kind}: ${error instanceof Error ? error.stack : String(error)}`);
      }
      const ms = spent(start);
      if (ms > slowest.ms) Object.assign(slowest, { ms, kind });
    }
    expect(slowest.ms, slowest.kind).toBeLessThan(5000);
  });

  /** Where checksums tell, a block is read as it was or not at all. */
  function readDevicesAsBefore(
    reader: BlockReader,
    superblock: Superblock,
    whole: Superblock,
    devices: readonly { id: number; mappings: readonly (readonly [number, number, number])[] }[],
  ): void {
    expect(superblock).toEqual(whole);
    const roots = new Map(readDevices(metadataBlocks(reader), superblock, []).map(({ id, root }) => [id, root]));
    const into = new Uint8Array(8);
    for (const { id, mappings } of devices) {
      const root = roots.get(id);
      if (root === undefined) continue;
      const size = (mappings.at(-1)?.[0] ?? 0) * BLOCK_SIZE + BLOCK_SIZE;
      const device = thinDevice({ metadata: reader, data, id, root, blockSize: BLOCK_SIZE, dataBlocks: 4000, size });
      for (const [virtual, block] of mappings.slice(0, 20)) {
        try {
          device.readInto(into, virtual * BLOCK_SIZE);
          expect(new DataView(into.buffer).getUint32(0, true)).toBe(1 + block);
          expect(device.holeAt(virtual * BLOCK_SIZE)).toBe(0);
        } catch (error) {
          if (!(error instanceof FormatError)) throw error;
        }
      }
    }
  }

  test('a lost leaf is told with every device and range that it was for; the rest is read', () => {
    const mappings = Array.from({ length: 40 }, (_, i): [number, number, number] => [i, i, 0]);
    const image = writePool({
      devices: [
        { id: 1, mappings },
        { id: 2, mappings },
      ],
      dataBlocks: 100,
      metadataBlocks: 200,
      perNode: 4,
    });
    const superblock = readSuperblock(memoryReader(image));
    const leaf = usedBlocks(image).find((block) => {
      const at = block * 4096;
      return (
        image.readUInt32LE(at + 4) === 2 &&
        image.readUInt32LE(at + 24) === 8 &&
        image.readUInt32LE(at + 32) === 12 &&
        block !== 0
      );
    });
    image.writeUInt8(image.readUInt8((leaf ?? 0) * 4096 + 40) ^ 1, (leaf ?? 0) * 4096 + 40);
    const survey = surveyPool(memoryReader(image), superblock);
    expect(survey.damage.map(({ what, lost }) => `${what}: ${lost}`)).toEqual([
      `checksum does not match (block ${leaf}): device 1, blocks 12-15`,
      `checksum does not match (block ${leaf}): device 2, blocks 12-15`,
    ]);
    expect(survey.devices).toMatchObject([
      { id: 1, mapped: 36, exclusive: 0 },
      { id: 2, mapped: 36, exclusive: 0 },
    ]);
  });

  test('a sector that cannot be read loses its block alone', () => {
    const pool = pools[0];
    if (!pool) throw new Error('no pool');
    const whole = memoryReader(pool.image);
    const bad = pool.superblock.detailsRoot * 4096;
    const reader: BlockReader = {
      ...whole,
      readInto(into, offset) {
        if (offset <= bad && bad < offset + into.length) throw new FormatError('cannot be read', 'disk', bad);
        whole.readInto(into, offset);
      },
    };
    const survey = surveyPool(reader, pool.superblock);
    expect(survey.damage).toMatchObject([{ offset: bad, lost: 'details of devices from 0 on' }]);
    expect(survey.devices.map(({ mapped }) => mapped)).toEqual(
      pool.options.devices.map(({ mappings }) => mappings.length),
    );
  });
});
