import type { BlockReader } from '../formats/block-reader.ts';
import { FormatError } from '../formats/format-error.ts';
import { UllageError } from '../host/host.ts';

/** Told as a range of a file is read. */
export interface RangeWatch {
  tick(bytes: number): void;
  /** @param offset in the range */
  lost(offset: number, length: number, what: string): void;
}

/** what one bad place costs at most */
const PIECE = 64 * 1024;

/** Fills `into`; where that fails, piece by piece, with zeros for the pieces that cannot be read. */
export function readCarefully(
  reader: BlockReader,
  into: Uint8Array,
  offset: number,
  lost: (offset: number, length: number, what: string) => void,
): void {
  if (tryRead(reader, into, offset) === undefined) return;
  for (let at = 0; at < into.length; ) {
    // up to the next multiple: pieces are whole blocks of whatever lies below
    const end = Math.min(into.length, Math.floor((offset + at) / PIECE + 1) * PIECE - offset);
    const piece = into.subarray(at, end);
    const what = tryRead(reader, piece, offset + at);
    if (what !== undefined) {
      piece.fill(0);
      lost(offset + at, piece.length, what);
    }
    at = end;
  }
}

/** Why it could not be read; undefined when it was. */
function tryRead(reader: BlockReader, into: Uint8Array, offset: number): string | undefined {
  try {
    reader.readInto(into, offset);
    return undefined;
  } catch (error) {
    if (error instanceof FormatError || error instanceof UllageError) return error.message;
    throw error;
  }
}
