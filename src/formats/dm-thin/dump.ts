import type { BlockReader } from '../block-reader.ts';
import type { Damage } from '../format-error.ts';
import { type MetadataBlocks, metadataBlocks } from './blocks.ts';
import { readDevices, type ThinEntry } from './devices.ts';
import { SECTOR } from './layout.ts';
import { dataBlockAt, leafPlaces, readLeaves } from './leaf-index.ts';
import { lossAsDamage } from './losses.ts';
import { keyAt } from './node.ts';
import type { Superblock } from './superblock.ts';

/** Text is handed over when it is this long. */
const PIECE = 64 * 1024;
/** Pieces of a device that are held back. */
const HELD = 64;

/**
 * The pool's mappings in thin_dump's XML, as thin_restore takes it, in pieces. What cannot be read
 * is told to `damaged` and left out; `mapped_blocks` then counts what is left.
 */
export function* dumpXml(
  reader: BlockReader,
  superblock: Superblock,
  damaged: (damage: Damage) => void,
  only?: number,
): Generator<string> {
  const blocks = metadataBlocks(reader);
  const damage: Damage[] = [];
  const devices = readDevices(blocks, superblock, damage);
  for (const one of damage) damaged(one);
  const { time, transaction, flags, version, blockSize, data } = superblock;
  yield `<superblock uuid="" time="${time}" transaction="${transaction}" flags="${flags}" version="${version}" data_block_size="${blockSize / SECTOR}" nr_data_blocks="${data.blocks}">\n`;
  for (const device of devices) {
    if (only === undefined || device.id === only) yield* dumpDevice(blocks, device, superblock, damaged);
  }
  yield '</superblock>\n';
}

function* dumpDevice(
  blocks: MetadataBlocks,
  device: ThinEntry,
  superblock: Superblock,
  damaged: (damage: Damage) => void,
): Generator<string> {
  const { id, root, details } = device;
  if (root === undefined) {
    damaged({ what: 'device has details but no mappings', source: blocks.name, offset: 0, lost: `device ${id}` });
    return;
  }
  const tag = (mapped: number): string =>
    `  <device dev_id="${id}" mapped_blocks="${mapped}" transaction="${details?.transaction ?? superblock.transaction}" creation_time="${details?.created ?? superblock.time}" snap_time="${details?.snapped ?? superblock.time}">\n`;
  const { blocks: dataBlocks } = superblock.data;
  // the tag stands first and says how many are mapped: a small device is held back until that is known
  let held: string[] | undefined = [];
  let mapped = 0;
  let text = '';
  for (const { from, data, length, time } of deviceRuns(blocks, id, root, dataBlocks, damaged)) {
    mapped += length;
    text +=
      length === 1
        ? `    <single_mapping origin_block="${from}" data_block="${data}" time="${time}"/>\n`
        : `    <range_mapping origin_begin="${from}" data_begin="${data}" length="${length}" time="${time}"/>\n`;
    if (text.length < PIECE) continue;
    if (held && held.length === HELD) {
      yield tag(countRuns(deviceRuns(blocks, id, root, dataBlocks, () => {})));
      yield* held;
      held = undefined;
    }
    if (held) held.push(text);
    else yield text;
    text = '';
  }
  if (held) {
    yield tag(mapped);
    yield* held;
  }
  yield `${text}  </device>\n`;
}

function countRuns(runs: Iterable<Run>): number {
  let mapped = 0;
  for (const { length } of runs) mapped += length;
  return mapped;
}

/** Virtual blocks that follow each other, mapped to data blocks that do, at one time. */
interface Run {
  from: number;
  data: number;
  length: number;
  time: number;
}

function* deviceRuns(
  blocks: MetadataBlocks,
  id: number,
  root: number,
  dataBlocks: number,
  damaged: (damage: Damage) => void,
): Generator<Run> {
  let run: Run | undefined;
  for (const read of readLeaves(blocks, leafPlaces(blocks, root))) {
    const { place } = read;
    if ('lost' in read) {
      damaged(
        lossAsDamage({ device: id, from: place.low, to: place.high, what: read.lost, block: place.block }, blocks.name),
      );
      continue;
    }
    const { words, at, count, values } = read;
    for (let i = 0; i < count; i++) {
      const key = keyAt(words, at, i);
      const data = dataBlockAt(words, values + 2 * i);
      const time = (words[values + 2 * i] as number) & 0xffffff;
      if (data >= dataBlocks) {
        const what = `mapping to block ${data} beyond the data device`;
        damaged(lossAsDamage({ device: id, from: key, to: key + 1, what, block: place.block }, blocks.name));
      } else if (run && key === run.from + run.length && data === run.data + run.length && time === run.time)
        run.length++;
      else {
        if (run) yield run;
        run = { from: key, data, length: 1, time };
      }
    }
  }
  if (run) yield run;
}
