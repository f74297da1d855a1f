import type { TarSplitEntry } from '../../formats/docker-store/tar-split.ts';
import type { FileNode, TreePart } from '../../formats/file-tree.ts';
import { FormatError } from '../../formats/format-error.ts';
import { UllageError } from '../../host/host.ts';
import { readCarefully } from '../read-carefully.ts';
import { NameIndex } from './name-index.ts';

/** bytes read at once */
const ROOM = 2 ** 20;
const ZEROS = Buffer.alloc(ROOM);

/** How long the tar stream of a layer is. */
export function layerLength(entries: Iterable<TarSplitEntry>): number {
  let length = 0;
  for (const entry of entries) length += entry.kind === 'bytes' ? entry.bytes.length : entry.size;
  return length;
}

/**
 * The tar stream of a layer, byte for byte as it was when the layer was made: headers and padding
 * as tar-split kept them, content from the layer's files.
 * @param write takes the stream in order; the buffer is reused
 * @throws UllageError where a file is missing, of another size, or cannot be read: the digest would not match
 */
export function writeLayer(
  entries: Iterable<TarSplitEntry>,
  part: TreePart,
  layer: string,
  write: (bytes: Uint8Array) => void,
): void {
  const index = new NameIndex(part);
  const room = Buffer.allocUnsafe(ROOM);
  for (const entry of entries) {
    if (entry.kind === 'bytes') write(entry.bytes);
    else if (entry.size > 0) writeFile(part, fileOf(index, entry, layer), entry, room, write, layer);
  }
}

function fileOf(index: NameIndex, entry: { name: Buffer; size: number }, layer: string): FileNode {
  const node = index.find(entry.name);
  const shown = entry.name.toString('utf8');
  if (node?.kind !== 'file') throw broken('a file of the layer is missing', shown, layer);
  if (node.size !== entry.size)
    throw broken(
      'a file of the layer is not as long as it was',
      `${shown}: ${node.size} bytes, not ${entry.size}`,
      layer,
    );
  return node;
}

function writeFile(
  { tree }: TreePart,
  node: FileNode,
  entry: { name: Buffer; size: number },
  room: Buffer,
  write: (bytes: Uint8Array) => void,
  layer: string,
): void {
  const lost = (what: string): never => {
    throw broken('a file of the layer cannot be read', `${entry.name.toString('utf8')}: ${what}`, layer);
  };
  let at = 0;
  const zeros = (until: number): void => {
    for (; at < until; at += Math.min(ROOM, until - at)) write(ZEROS.subarray(0, Math.min(ROOM, until - at)));
  };
  try {
    for (const range of tree.ranges(node)) {
      zeros(range.offset);
      if (range.kind === 'lost') lost(range.what);
      else if (range.kind === 'bytes') write(range.bytes);
      else
        for (let done = 0; done < range.length; done += ROOM) {
          const piece = room.subarray(0, Math.min(ROOM, range.length - done));
          readCarefully(tree.reader, piece, range.position + done, (_at, _length, what) => lost(what));
          write(piece);
        }
      at = range.offset + range.length;
    }
  } catch (error) {
    if (error instanceof FormatError) lost(error.message);
    throw error;
  }
  zeros(entry.size);
}

function broken(what: string, detail: string, layer: string): UllageError {
  return new UllageError(
    what,
    `${detail}, layer ${layer}`,
    'The image cannot be rebuilt with its id: take the files of a container of it instead (ullage rescue container)',
  );
}
