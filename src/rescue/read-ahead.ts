import type { BlockReader } from '../formats/block-reader.ts';

/** reads of more than this go straight to where they are wanted */
const SMALL = 32 * 1024;
/** how far behind the last read the next may begin to be called near */
const NEAR = 32 * 1024;
/** what is read at once: at first, and while all of it is wanted twice as much each time up to the most */
const FIRST = 32 * 1024;
const MOST = 256 * 1024;

/** places that a walk goes on from in turns: directories lie in groups of their own (xfs: allocation groups) */
const STREAMS = 8;

interface Stream {
  readonly window: Uint8Array;
  start: number;
  end: number;
  /** where the last read ended */
  last: number;
  length: number;
  /** the turn it was read from */
  turn: number;
}

/**
 * A reader for files in the order of a walk: of small ones that lie one behind the other many are
 * read at once. After the first error it reads just what is asked for: a failing disk is not asked
 * for more than that.
 */
export class ReadAhead implements BlockReader {
  readonly name: string;
  readonly size: number;
  readonly #reader: BlockReader;
  readonly #streams: Stream[] = [];
  #turn = 0;
  #failed = false;

  constructor(reader: BlockReader) {
    this.#reader = reader;
    this.name = reader.name;
    this.size = reader.size;
  }

  readInto(into: Uint8Array, offset: number): void {
    const end = offset + into.length;
    const known = this.#streamAt(offset);
    const stream = known ?? this.#oldest();
    stream.turn = ++this.#turn;
    stream.last = end;
    let rest = 0;
    if (offset >= stream.start && offset < stream.end) rest = taken(into, stream, offset);
    if (rest === into.length) return;
    if (known && into.length - rest <= SMALL && this.#fill(stream, offset + rest))
      rest += taken(rest > 0 ? into.subarray(rest) : into, stream, offset + rest);
    if (rest < into.length) this.#reader.readInto(rest > 0 ? into.subarray(rest) : into, offset + rest);
  }

  /** Whose window holds the byte, or that ended shortly before it. */
  #streamAt(offset: number): Stream | undefined {
    let near: Stream | undefined;
    for (const stream of this.#streams) {
      if (offset >= stream.start && offset < stream.end) return stream;
      if (offset >= stream.last && offset - stream.last <= NEAR) near = stream;
    }
    return near;
  }

  #oldest(): Stream {
    if (this.#streams.length < STREAMS) {
      const stream = { window: new Uint8Array(MOST), start: 0, end: 0, last: 0, length: FIRST, turn: 0 };
      this.#streams.push(stream);
      return stream;
    }
    const oldest = this.#streams.reduce((a, b) => (b.turn < a.turn ? b : a));
    oldest.start = oldest.end = 0;
    oldest.length = FIRST;
    return oldest;
  }

  #fill(stream: Stream, offset: number): boolean {
    const length = Math.min(stream.length, this.size - offset);
    if (this.#failed || length <= 0) return false;
    stream.start = stream.end = 0;
    try {
      this.#reader.readInto(stream.window.subarray(0, length), offset);
    } catch {
      // read again by itself, it says what is wrong with it
      this.#failed = true;
      return false;
    }
    stream.start = offset;
    stream.end = offset + length;
    stream.length = Math.min(MOST, stream.length * 2);
    return true;
  }
}

/** How many bytes of `into` the window had from `offset` on. */
function taken(into: Uint8Array, { window, start, end }: Stream, offset: number): number {
  const length = Math.min(into.length, end - offset);
  into.set(window.subarray(offset - start, offset - start + length));
  return length;
}
