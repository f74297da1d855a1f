import { describe, expect, test } from 'vitest';
import { memoryReader } from '../../../src/formats/block-reader.ts';
import { FormatError } from '../../../src/formats/format-error.ts';
import { checksumOf } from '../../../src/formats/xfs/metadata-header.ts';
import { openXfs } from '../../../src/formats/xfs/open.ts';
import { spent } from '../../processor-time.ts';
import { type Glance, glanceTree } from './glance.ts';
import { logPlace, metadataPlaces, mutate, randomFrom } from './mutate.ts';
import { packed } from './packed.ts';

/** images of each kind; more: ULLAGE_MUTANTS=2000 */
const MUTANTS = Number(process.env['ULLAGE_MUTANTS'] ?? 8);
/** ms of processor time for one image: a whole one takes 40 */
const LONG = 5000;
const KINDS = ['flip', 'zero', 'swap', 'garbage', 'field'] as const;

describe.each(['small', 'dirty', 'version4'])('%s', (name) => {
  const { image } = packed(name);
  const places = metadataPlaces(image);
  const whole = glanceTree(openXfs(memoryReader(image))).paths;

  test.each(KINDS)(
    '%s: no crash, no hang, nothing wrong passed for good',
    { timeout: 20_000 + MUTANTS * 2000 },
    (kind) => {
      for (let seed = 0; seed < MUTANTS; seed++) {
        const undo = mutate(image, places, kind, randomFrom(seed * 5 + KINDS.indexOf(kind)), checksumOf);
        try {
          const got = look(image, seed);
          // version 4 has no checksums, and a checksum made again cannot tell
          if (got !== undefined && name !== 'version4' && kind !== 'field')
            expect(passedForGood(whole, got.paths), `${kind} ${seed}`).toEqual([]);
          if (got !== undefined && name !== 'version4' && kind !== 'field' && missing(whole, got.paths) > 0)
            expect(got.damage + got.notes + doubtful(got.paths), `${kind} ${seed}`).toBeGreaterThan(0);
        } finally {
          undo();
        }
      }
      expect(glanceTree(openXfs(memoryReader(image))).paths).toEqual(whole);
    },
  );

  test.each(KINDS)('%s in the log', { timeout: 20_000 + MUTANTS * 2000 }, (kind) => {
    const log = logPlace(image);
    const sectors = Array.from({ length: log.length / 512 }, (_, i) => ({
      at: log.at + i * 512,
      length: 512,
      crc: undefined,
    })).filter(({ at }) => image.readUInt32BE(at + 8) !== 0);
    for (let seed = 0; seed < MUTANTS; seed++) {
      const undo = mutate(image, sectors, kind, randomFrom(seed * 5 + KINDS.indexOf(kind)), checksumOf);
      try {
        const got = look(image, seed);
        // what is on the disk is newer than what a log that was emptied says
        if (name === 'small')
          expect(
            [...passedForGood(whole, got?.paths ?? whole), missing(whole, got?.paths ?? new Map())],
            `${kind} ${seed}`,
          ).toEqual([0]);
      } finally {
        undo();
      }
    }
  });
});

function look(image: Buffer, seed: number): { paths: Map<string, Glance>; damage: number; notes: number } | undefined {
  const started = process.cpuUsage();
  try {
    const tree = openXfs(memoryReader(image));
    return { ...glanceTree(tree), notes: tree.state.notes.length };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return undefined;
  } finally {
    expect(spent(started), `seed ${seed}`).toBeLessThan(LONG);
  }
}

/** Paths that are not what they were, and nobody said so. */
function passedForGood(whole: ReadonlyMap<string, Glance>, got: ReadonlyMap<string, Glance>): string[] {
  return [...got].filter(([path, one]) => !one.doubtful && whole.get(path)?.line !== one.line).map(([path]) => path);
}

/** An inode whose checksum is wrong is read on, and it and all below is said to be doubtful. */
function doubtful(got: ReadonlyMap<string, Glance>): number {
  return [...got.values()].filter((one) => one.doubtful).length;
}

function missing(whole: ReadonlyMap<string, Glance>, got: ReadonlyMap<string, Glance>): number {
  return [...whole.keys()].filter((path) => !got.has(path)).length;
}
