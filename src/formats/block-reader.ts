import { FormatError } from './format-error.ts';

/**
 * The one seam for bytes: a file, a block device, memory, or another reader seen through a
 * mapping (a thin device in its pool). Offsets and lengths are bytes, safe up to 2^53.
 */
export interface BlockReader {
  /** how messages name it: a path, `thin device 7 of pool.img` */
  readonly name: string;
  readonly size: number;
  /**
   * Fills `into` from `offset`. Reads synchronously: walkers read megabytes at a time.
   * @throws FormatError where the source ends before or cannot be read
   */
  readInto(into: Uint8Array, offset: number): void;
  /** bytes that are surely holes (zeros) from `offset` on; 0 where not known. Lets writers stay sparse. */
  holeAt?(offset: number): number;
}

/** `length` bytes from `offset` as a new array. */
export function readBytes(reader: BlockReader, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  reader.readInto(bytes, offset);
  return bytes;
}

/** Throws where `[offset, offset + length)` is not inside the source. */
export function checkRange(reader: { name: string; size: number }, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > reader.size)
    throw new FormatError(
      'the source ends before',
      reader.name,
      offset,
      `it has ${reader.size} bytes, ${length} are asked for`,
    );
}

/** Bytes in memory. */
export function memoryReader(bytes: Uint8Array, name = 'memory'): BlockReader {
  return {
    name,
    size: bytes.length,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      into.set(bytes.subarray(offset, offset + into.length));
    },
  };
}

/** A part of another reader: a partition, a physical volume's extent. */
export function sliceReader(reader: BlockReader, start: number, size: number, name = reader.name): BlockReader {
  checkRange(reader, start, size);
  const hole = reader.holeAt?.bind(reader);
  return {
    name,
    size,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      reader.readInto(into, start + offset);
    },
    ...(hole ? { holeAt: (offset: number) => Math.min(hole(start + offset), size - offset) } : {}),
  };
}
