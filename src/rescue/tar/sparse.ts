import type { ContentRange } from '../../formats/file-tree.ts';

const BLOCK = 512;
/** holes worth a map: together this much, and an eighth of the file */
const WORTH = 1024 * 1024;
/** a map of more parts than these costs more than its holes */
const MOST_PARTS = 200_000;

export interface SparseMap {
  /** the map as it stands before the data, padded to blocks */
  header: Buffer;
  dataBytes: number;
  /** zeros after the last data, so that the whole is full blocks */
  padding: number;
}

/**
 * The map of a file's data in GNU's sparse format 1.0; undefined where it is better written whole.
 * Ranges that are lost count as holes.
 */
export function sparseMap(size: number, ranges: Iterable<ContentRange>): SparseMap | undefined {
  if (size < WORTH) return undefined;
  const parts: string[] = [];
  let dataBytes = 0;
  let [offset, length] = [0, 0];
  const close = (): void => {
    if (length > 0) parts.push(`${offset}\n${length}\n`);
    dataBytes += length;
  };
  for (const range of ranges) {
    if (range.kind === 'lost') continue;
    if (range.offset === offset + length) length += range.length;
    else {
      close();
      [offset, length] = [range.offset, range.length];
      if (parts.length > MOST_PARTS) return undefined;
    }
  }
  close();
  const holes = size - dataBytes;
  if (holes < WORTH || holes < size / 8) return undefined;
  // an empty part at the end says how long the file is (GNU tar, sparse.c)
  if (length === 0 || offset + length < size) parts.push(`${size}\n0\n`);
  const text = Buffer.from(`${parts.length}\n${parts.join('')}`, 'latin1');
  const header = Buffer.alloc(Math.ceil(text.length / BLOCK) * BLOCK);
  text.copy(header);
  return { header, dataBytes, padding: (BLOCK - (dataBytes % BLOCK)) % BLOCK };
}
