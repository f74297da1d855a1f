/**
 * What a tree that nobody writes to held when it was counted, and the proof that it is still the same: its
 * directories and its large files, each by inode, times, blocks and size.
 */
export interface KnownTree {
  path: string;
  /** the engine's own name for what lies there: another one is another tree */
  key: string;
  /** ms since 1970 */
  counted: number;
  /** bytes and counts of what has one name only: apparent, onDisk, files, directories, newest */
  sums: readonly [number, number, number, number, number];
  /** numbers and names in one piece, as a worker takes it: see `proofOf` */
  proof: Uint8Array;
}

/** inode, mtime, ctime, blocks, size */
export const PROOF_COLUMNS = 5;
/** inode, bytes on disk, apparent bytes, once for each name of a file that has several */
export const LINK_COLUMNS = 3;
const HEAD = 2;

/**
 * Doubles in the byte order of this machine: how many rows, how many links, the rows by inode, the links; then the names
 * of the rows below the tree, each ended by NUL.
 */
export function proofOf(rows: readonly number[], links: readonly number[], names: string): Uint8Array {
  const text = new TextEncoder().encode(names);
  const numbers = HEAD + rows.length + links.length;
  const proof = new Uint8Array(numbers * 8 + text.length);
  const view = new Float64Array(proof.buffer, 0, numbers);
  view[0] = rows.length / PROOF_COLUMNS;
  view[1] = links.length / LINK_COLUMNS;
  view.set(rows, HEAD);
  view.set(links, HEAD + rows.length);
  proof.set(text, numbers * 8);
  return proof;
}

/** The rows of a proof, of `PROOF_COLUMNS` each. @throws RangeError where it is not whole */
export function rowsOf(proof: Uint8Array): Float64Array {
  const [rows = 0] = new Float64Array(proof.buffer, proof.byteOffset, 1);
  return new Float64Array(proof.buffer, proof.byteOffset + HEAD * 8, rows * PROOF_COLUMNS);
}

/** The links of a proof; undefined where it is not whole. `proof` begins at a multiple of 8 in its buffer. */
export function linksOf(proof: Uint8Array): Float64Array | undefined {
  if (proof.length < HEAD * 8 || proof.byteOffset % 8 !== 0) return undefined;
  const [rows = -1, links = -1] = new Float64Array(proof.buffer, proof.byteOffset, HEAD);
  const whole = (count: number): boolean => Number.isInteger(count) && count >= 0 && count < 2 ** 31;
  if (!whole(rows) || !whole(links)) return undefined;
  const from = HEAD + rows * PROOF_COLUMNS;
  if ((from + links * LINK_COLUMNS) * 8 > proof.length) return undefined;
  return new Float64Array(proof.buffer, proof.byteOffset + from * 8, links * LINK_COLUMNS);
}
