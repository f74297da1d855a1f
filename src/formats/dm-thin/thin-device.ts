import { type BlockReader, checkRange } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { metadataBlocks } from './blocks.ts';
import { BLOCK } from './layout.ts';
import { dataBlockAt, type LeafPlace, leafPlaces, readLeaves } from './leaf-index.ts';
import { keyAt } from './node.ts';

export interface ThinDeviceOptions {
  metadata: BlockReader;
  /** the pool's data device */
  data: BlockReader;
  id: number;
  /** root of the device's mapping tree */
  root: number;
  /** bytes of a data block */
  blockSize: number;
  /** data blocks of the pool */
  dataBlocks: number;
  /** bytes: the pool does not know it, the engine or LVM does. Without it: up to the last mapped block. */
  size?: number;
  name?: string;
}

/** A thin device as the kernel shows it: mapped blocks from the pool's data, zeros elsewhere. */
export interface ThinDevice extends BlockReader {
  readonly id: number;
  /** ranges of virtual blocks whose place is lost with internal nodes; leaves are found out when read */
  readonly lost: readonly LeafPlace[];
  holeAt(offset: number): number;
}

/** What stands at a virtual block, and for how many blocks on; `data` -1 is a hole. */
interface Piece {
  data: number;
  blocks: number;
}

interface Leaf {
  keys: Float64Array;
  data: Float64Array;
  lost?: string;
}

/** Leaves kept unpacked: 4 KiB each. */
const KEPT = 128;

export function thinDevice(options: ThinDeviceOptions): ThinDevice {
  const { metadata, data, id, blockSize, dataBlocks } = options;
  const blocks = metadataBlocks(metadata);
  const places = leafPlaces(blocks, options.root);
  const name = options.name ?? `thin device ${id} of ${data.name}`;
  const kept = new Map<LeafPlace, Leaf>();

  const leafOf = (place: LeafPlace): Leaf => {
    let leaf = kept.get(place);
    if (leaf)
      kept.delete(place); // the least recently used goes first
    else leaf = unpack(readLeaves(blocks, [place]).next().value);
    kept.set(place, leaf);
    if (kept.size > KEPT)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    return leaf;
  };

  const lostAt = (place: LeafPlace, why: string, at: number): FormatError => {
    const end = place.high === Number.POSITIVE_INFINITY ? 'its end' : String(place.high - 1);
    return new FormatError(
      'mapping is lost',
      name,
      at,
      `${why} in block ${place.block} of ${metadata.name}, byte ${place.block * BLOCK}; virtual blocks ${place.low} to ${end}`,
    );
  };

  /** @throws FormatError where the mapping is lost */
  const pieceAt = (block: number): Piece => {
    const index = lastNotAbove(places.length, (i) => (places[i] as LeafPlace).low, block);
    const after = places[index + 1]?.low ?? Number.POSITIVE_INFINITY;
    const place = places[index];
    if (!place || block >= place.high) return { data: -1, blocks: after - block };
    const leaf = leafOf(place);
    if (leaf.lost !== undefined) throw lostAt(place, leaf.lost, block * blockSize);
    const { keys, data: mapped } = leaf;
    const k = lastNotAbove(keys.length, (i) => keys[i] as number, block);
    if (k < 0 || keys[k] !== block) return { data: -1, blocks: (keys[k + 1] ?? Math.min(place.high, after)) - block };
    const first = mapped[k] as number;
    let n = 1;
    while (keys[k + n] === block + n && mapped[k + n] === first + n) n++;
    if (first + n > dataBlocks) {
      if (first >= dataBlocks)
        throw new FormatError(
          'mapping beyond the data device',
          name,
          block * blockSize,
          `block ${first} of ${dataBlocks}`,
        );
      n = dataBlocks - first;
    }
    return { data: first, blocks: n };
  };

  const size = options.size ?? mappedEnd(places, leafOf) * blockSize;
  return {
    id,
    name,
    size,
    lost: places.filter((place) => place.lost !== undefined),
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      let done = 0;
      while (done < into.length) {
        const at = offset + done;
        const block = Math.floor(at / blockSize);
        const within = at - block * blockSize;
        const { data: first, blocks: run } = pieceAt(block);
        const length = Math.min(into.length - done, run * blockSize - within);
        const part = into.subarray(done, done + length);
        if (first < 0) part.fill(0);
        else data.readInto(part, first * blockSize + within);
        done += length;
      }
    },
    holeAt(offset) {
      let end = offset;
      try {
        while (end < size) {
          const block = Math.floor(end / blockSize);
          const { data: first, blocks: run } = pieceAt(block);
          if (first >= 0) break;
          end = Math.min(size, (block + run) * blockSize);
        }
      } catch (error) {
        if (!(error instanceof FormatError)) throw error; // where it is lost, the hole ends for certain
      }
      return end - offset;
    },
  };
}

function unpack(read: ReturnType<ReturnType<typeof readLeaves>['next']>['value']): Leaf {
  if (!read || 'lost' in read)
    return { keys: new Float64Array(0), data: new Float64Array(0), lost: read?.lost ?? 'no leaf' };
  const keys = new Float64Array(read.count);
  const data = new Float64Array(read.count);
  for (let i = 0; i < read.count; i++) {
    keys[i] = keyAt(read.words, read.at, i);
    data[i] = dataBlockAt(read.words, read.values + 2 * i);
  }
  return { keys, data };
}

/** Block behind the last one that is known to be mapped. */
function mappedEnd(places: readonly LeafPlace[], leafOf: (place: LeafPlace) => Leaf): number {
  for (let i = places.length - 1; i >= 0; i--) {
    const place = places[i] as LeafPlace;
    const last = leafOf(place).keys.at(-1);
    if (last !== undefined) return last + 1;
    if (place.lost !== undefined && Number.isFinite(place.high)) return place.high;
  }
  return 0;
}

/** Largest index whose key is not above `key`, or -1. */
function lastNotAbove(count: number, keyOf: (i: number) => number, key: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(middle) <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
