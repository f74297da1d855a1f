import { FormatError } from '../format-error.ts';
import type { Extent } from './extent.ts';
import { readBlocks, type Volume } from './volume.ts';

export interface MappedBlock {
  bytes: Buffer;
  /** byte of its first part in the source */
  position: number;
}

/** Bytes read at once where blocks lie side by side. */
const RUN = 256 * 1024;

/**
 * Puts logical blocks of `size` file system blocks together from extents that come in order; one
 * block may lie in several pieces. A string tells of a block that cannot be had.
 */
export class BlockAssembler {
  private readonly volume: Volume;
  private readonly size: number;
  private partial: { end: number; pieces: Buffer[]; position: number } | undefined;

  constructor(volume: Volume, size: number) {
    this.volume = volume;
    this.size = size;
  }

  *add(extent: Extent): Generator<MappedBlock | string> {
    const end = extent.start + extent.count;
    for (let at = extent.start; at < end; ) {
      const within = at % this.size;
      const fsb = extent.block + (at - extent.start);
      if (within === 0 && end - at >= this.size) {
        yield* this.rest();
        const blocks = Math.min(
          Math.floor((end - at) / this.size),
          Math.max(1, Math.floor(RUN / (this.size * this.volume.sb.blockSize))),
        );
        yield* this.run(fsb, blocks);
        at += blocks * this.size;
      } else {
        const count = Math.min(this.size - within, end - at);
        yield* this.piece(at, within, count, fsb);
        at += count;
      }
    }
  }

  /** A block begun and never finished, once all extents are added. */
  *rest(): Generator<string> {
    if (this.partial === undefined) return;
    this.partial = undefined;
    yield 'a part of the block is not mapped';
  }

  private *run(fsb: number, blocks: number): Generator<MappedBlock | string> {
    const all = this.read(fsb, blocks * this.size);
    if (typeof all !== 'string') {
      const length = this.size * this.volume.sb.blockSize;
      for (let i = 0; i < blocks; i++)
        yield { bytes: all.bytes.subarray(i * length, (i + 1) * length), position: all.position + i * length };
    } else if (blocks === 1) yield all;
    else for (let i = 0; i < blocks; i++) yield* this.run(fsb + i * this.size, 1);
  }

  private *piece(at: number, within: number, count: number, fsb: number): Generator<MappedBlock | string> {
    if (this.partial !== undefined && this.partial.end !== at) yield* this.rest();
    if (within !== 0 && this.partial === undefined) {
      yield 'a part of the block is not mapped';
      return;
    }
    const read = this.read(fsb, count);
    if (typeof read === 'string') {
      this.partial = undefined;
      yield read;
      return;
    }
    const partial = this.partial ?? { end: at, pieces: [], position: read.position };
    partial.pieces.push(read.bytes);
    partial.end = at + count;
    this.partial = partial;
    if (within + count < this.size) return;
    this.partial = undefined;
    yield { bytes: Buffer.concat(partial.pieces), position: partial.position };
  }

  private read(fsb: number, count: number): MappedBlock | string {
    try {
      return readBlocks(this.volume, fsb, count, 'directory');
    } catch (error) {
      if (error instanceof FormatError) return error.what;
      throw error;
    }
  }
}
