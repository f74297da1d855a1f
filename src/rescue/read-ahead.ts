import type { BlockReader } from '../formats/block-reader.ts';

/** reads of more than this go straight to where they are wanted */
const SMALL = 32 * 1024;
/** how far behind the last read the next may begin to be called near */
const NEAR = 32 * 1024;
/** what is read at once: at first, and while all of it is wanted twice as much each time up to the most */
const FIRST = 32 * 1024;
const MOST = 256 * 1024;

/**
 * A reader for files in the order of a walk: of small ones that lie one behind the other many are
 * read at once. After the first error it reads just what is asked for: a failing disk is not asked
 * for more than that.
 */
export class ReadAhead implements BlockReader {
  readonly name: string;
  readonly size: number;
  readonly #reader: BlockReader;
  readonly #window = new Uint8Array(MOST);
  #start = 0;
  #end = 0;
  /** where the last read ended */
  #last = 0;
  #length = FIRST;
  #failed = false;

  constructor(reader: BlockReader) {
    this.#reader = reader;
    this.name = reader.name;
    this.size = reader.size;
  }

  readInto(into: Uint8Array, offset: number): void {
    const distance = offset - this.#last;
    const end = offset + into.length;
    this.#last = end;
    let rest = this.#take(into, offset);
    if (rest === into.length) return;
    const near = distance >= 0 && distance <= NEAR;
    if (!near) this.#length = FIRST;
    if (near && into.length - rest <= SMALL && this.#fill(offset + rest))
      rest += this.#take(into.subarray(rest), offset + rest);
    if (rest < into.length) this.#reader.readInto(rest > 0 ? into.subarray(rest) : into, offset + rest);
  }

  /** How many bytes from `offset` the window had. */
  #take(into: Uint8Array, offset: number): number {
    if (offset < this.#start || offset >= this.#end) return 0;
    const length = Math.min(into.length, this.#end - offset);
    into.set(this.#window.subarray(offset - this.#start, offset - this.#start + length));
    return length;
  }

  #fill(offset: number): boolean {
    const length = Math.min(this.#length, this.size - offset);
    if (this.#failed || length <= 0) return false;
    this.#start = this.#end = 0;
    try {
      this.#reader.readInto(this.#window.subarray(0, length), offset);
    } catch {
      // read again by itself, it says what is wrong with it
      this.#failed = true;
      return false;
    }
    this.#start = offset;
    this.#end = offset + length;
    this.#length = Math.min(MOST, this.#length * 2);
    return true;
  }
}
