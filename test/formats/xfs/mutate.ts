/** The damage generator of XFS: deterministic, undone after each look. */

export interface Place {
  at: number;
  length: number;
  /** where the block keeps its checksum; undefined: it has none */
  crc: number | undefined;
}

/** mulberry32: the same images for the same seed */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const MAGICS: Readonly<Record<number, number | undefined>> = {
  1480868403: 4, // XDB3
  1480868915: 4, // XDD3
  1112359219: 64, // BMA3
  1481854029: 12, // XSLM
  1480675917: 12, // XARM
  1480864322: -1, // XD2B
  1480864324: -1, // XD2D
  1112359248: -1, // BMAP
};

/** Inodes, directory blocks, extent trees, attributes, symlinks outside the log; superblocks. */
export function metadataPlaces(image: Buffer): Place[] {
  const block = image.readUInt32BE(4);
  const inode = image.readUInt16BE(104);
  const directory = block << (image[192] as number);
  const log = logPlace(image);
  const places: Place[] = [];
  for (let at = 0; at < image.length; at += 512) {
    if (at >= log.at && at < log.at + log.length) continue;
    const crc = at % block === 0 ? MAGICS[image.readUInt32BE(at)] : undefined;
    const short = image.readUInt16BE(at + 8);
    if (crc !== undefined) {
      const isDirectory =
        (image.readUInt32BE(at) >>> 8) << 8 === 0x58444200 || crc === 4 || image.readUInt16BE(at) === 0x5844;
      places.push({ at, length: isDirectory ? directory : block, crc: crc < 0 ? undefined : crc });
    } else if (at % block === 0 && [0x3bee, 0x3ebe, 0xfbee, 0xfebe].includes(short))
      places.push({ at, length: block, crc: short < 0x8000 ? 12 : undefined });
    else if (image.readUInt16BE(at) === 0x494e && image.readUInt16BE(at + 2) !== 0)
      for (let i = at; i < at + Math.max(512, inode); i += inode)
        if (image.readUInt16BE(i) === 0x494e)
          places.push({ at: i, length: inode, crc: image[i + 4] === 3 ? 100 : undefined });
  }
  places.push({ at: 0, length: 512, crc: image.readUInt16BE(100) % 16 === 5 ? 224 : undefined });
  return places;
}

export function logPlace(image: Buffer): Place {
  const block = image.readUInt32BE(4);
  const log = image.readUInt32BE(52);
  const agLog = image[124] as number;
  const ag = Math.floor(log / 2 ** agLog);
  const at = (ag * image.readUInt32BE(84) + (log % 2 ** agLog)) * block;
  return { at, length: image.readUInt32BE(96) * block, crc: undefined };
}

const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Changes the image; the function that is given back puts everything right again. */
export function mutate(
  image: Buffer,
  places: readonly Place[],
  kind: 'flip' | 'zero' | 'swap' | 'garbage' | 'field',
  random: (below: number) => number,
  checksumOf: (bytes: Uint8Array, crc: number) => number,
): () => void {
  const undo: (() => void)[] = [];
  const take = (): Place => {
    const place = places[random(places.length)] as Place;
    const before = Buffer.from(image.subarray(place.at, place.at + place.length));
    undo.unshift(() => before.copy(image, place.at));
    return place;
  };
  const place = take();
  const bytes = image.subarray(place.at, place.at + place.length);
  if (kind === 'zero') bytes.fill(0);
  else if (kind === 'garbage') for (let i = 0; i < bytes.length; i++) bytes[i] = random(256);
  else if (kind === 'flip') for (let i = random(8); i >= 0; i--) flip(bytes, random(bytes.length * 8));
  else if (kind === 'swap') {
    const other = take();
    const length = Math.min(place.length, other.length);
    const held = Buffer.from(bytes.subarray(0, length));
    image.copy(image, place.at, other.at, other.at + length);
    held.copy(image, other.at);
  } else
    for (let i = random(4); i >= 0; i--) {
      const width = [1, 2, 4][random(3)] as number;
      // the front has the fields; the rest is searched too
      const at = random(Math.floor((random(3) > 0 ? Math.min(208, bytes.length) : bytes.length) / width)) * width;
      const value = random(2) > 0 ? (EDGES[random(EDGES.length)] as number) : random(2 ** 32);
      for (let j = 0; j < width; j++) bytes[at + j] = (value >>> (8 * (width - 1 - j))) & 255;
    }
  if (kind === 'field' && place.crc !== undefined && place.crc + 4 <= bytes.length)
    bytes.writeUInt32LE(checksumOf(bytes, place.crc), place.crc);
  return () => {
    for (const one of undo) one();
  };
}

function flip(bytes: Buffer, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
}
