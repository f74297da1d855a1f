import type { BlockReader } from '../block-reader.ts';
import { FormatError } from '../format-error.ts';
import { chunkItemSize, parseChunk } from './chunk-map.ts';
import { CHUNK_ITEM, KEY_SIZE, readKey } from './layout.ts';
import { readSuperblock, type Superblock } from './superblock.ts';
import { Volume } from './volume.ts';
import { walkTree } from './walk.ts';

/**
 * The file system on these devices: newest superblock, system chunks, chunk tree.
 * @throws FormatError when no superblock is sound, or devices of several file systems are given
 */
export function openVolume(readers: readonly BlockReader[], progress?: (nodes: number) => void): Volume {
  const devices = new Map<number, BlockReader>();
  let newest: Superblock | undefined;
  let name = '';
  for (const reader of readers) {
    const one = readSuperblock(reader);
    if (newest && one.fsid !== newest.fsid)
      throw new FormatError('belongs to another file system', reader.name, 65536, `${one.fsid}, not ${newest.fsid}`);
    devices.set(one.devid, reader);
    if (!newest || one.generation > newest.generation) {
      newest = one;
      name = reader.name;
    }
  }
  if (!newest) throw new FormatError('no device given', 'btrfs', 0);
  const volume = new Volume(newest, devices, name, progress);
  readSystemChunks(volume, newest);
  const root = { address: newest.chunkRoot, generation: newest.chunkRootGeneration, level: newest.chunkRootLevel };
  walkTree(volume, root, (key, view, data, size) => {
    if (key.type === CHUNK_ITEM) volume.chunks.add(parseChunk(view, data, size, key.offset, name));
  });
  return volume;
}

/** Devices that chunks lie on and that were not given. */
export function missingDevices(volume: Volume): number[] {
  const used = new Set(volume.chunks.all().flatMap(({ stripes }) => stripes.map(({ devid }) => devid)));
  return [...used].filter((devid) => !volume.devices.has(devid)).sort((a, b) => a - b);
}

function readSystemChunks(volume: Volume, { systemChunks: bytes }: Superblock): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const room = bytes.length - at - KEY_SIZE;
    const item = at + KEY_SIZE;
    if (room < 48 || view.getUint8(at + 8) !== CHUNK_ITEM)
      throw new FormatError('the array of system chunks is broken', volume.name, 65536 + 811 + at);
    volume.chunks.add(parseChunk(view, item, room, readKey(view, at).offset, volume.name));
    at = item + chunkItemSize(view, item);
  }
}
