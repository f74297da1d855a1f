import type { BlockReader } from '../../formats/block-reader.ts';
import { type RangeWatch, readCarefully } from '../read-carefully.ts';
import { type TarMember, tarHeader } from './header.ts';

const BLOCK = 512;
/** bytes gathered before they are written, few enough to stay in a processor's cache; extents are read straight into them */
const ROOM = 256 * 1024;
const ZEROS = new Uint8Array(2 * BLOCK);

/** Where an archive goes: a file, a pipe. */
export interface ByteSink {
  /** bytes before this one are there already: they may be passed over instead of being read again */
  readonly kept: number;
  write(bytes: Uint8Array): void;
  skip(length: number): void;
}

/** A tar archive as it is made: a header, then as many bytes as it promised, padded to blocks. */
export class TarStream {
  readonly #sink: ByteSink;
  readonly #room = Buffer.allocUnsafeSlow(ROOM);
  #used = 0;
  #flushed = 0;
  /** bytes of the present member still to come */
  #due = 0;
  #pad = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** bytes so far */
  get position(): number {
    return this.#flushed + this.#used;
  }

  member(member: TarMember): void {
    this.header(tarHeader(member), member.size);
  }

  /** @param size bytes that follow it */
  header(bytes: Buffer, size: number): void {
    if (this.#due > 0) throw new RangeError(`${this.#due} bytes of a member are missing`);
    this.#raw(bytes);
    this.#due = size;
    this.#pad = size % BLOCK ? BLOCK - (size % BLOCK) : 0;
    if (size === 0) this.#pad = 0;
  }

  bytes(bytes: Uint8Array): void {
    this.#take(bytes.length);
    this.#raw(bytes);
    this.#padded();
  }

  zeros(length: number): void {
    this.#take(length);
    for (let left = length; left > 0; ) {
      if (this.#passOver(left)) break;
      const part = this.#free(left);
      part.fill(0);
      left -= part.length;
    }
    this.#padded();
  }

  /** A range of a source, read into place; what cannot be read is zeros and told. */
  range(reader: BlockReader, position: number, length: number, watch: RangeWatch): void {
    this.#take(length);
    for (let done = 0; done < length; ) {
      if (this.#passOver(length - done)) break;
      const part = this.#free(length - done);
      readCarefully(reader, part, position + done, (at, bytes, error) => watch.lost(at - position, bytes, error));
      done += part.length;
      watch.tick(part.length);
    }
    this.#padded();
  }

  /** Two blocks of zeros, and everything out. */
  end(): void {
    this.#raw(ZEROS);
    this.flush();
  }

  flush(): void {
    this.#sink.write(this.#room.subarray(0, this.#used));
    this.#flushed += this.#used;
    this.#used = 0;
  }

  #take(length: number): void {
    if (length > this.#due) throw new RangeError('more bytes than the member promised');
    this.#due -= length;
  }

  #padded(): void {
    if (this.#due > 0 || this.#pad === 0) return;
    const pad = this.#pad;
    this.#pad = 0;
    this.#raw(ZEROS.subarray(0, pad));
  }

  #raw(bytes: Uint8Array): void {
    if (bytes.length <= ROOM - this.#used) {
      this.#room.set(bytes, this.#used);
      this.#used += bytes.length;
      return;
    }
    for (let done = 0; done < bytes.length; ) {
      const part = this.#free(bytes.length - done);
      part.set(bytes.subarray(done, done + part.length));
      done += part.length;
    }
  }

  /** Room for at most `most` bytes, counted as used. */
  #free(most: number): Buffer {
    if (this.#used === ROOM) this.flush();
    const length = Math.min(most, ROOM - this.#used);
    const part = this.#room.subarray(this.#used, this.#used + length);
    this.#used += length;
    return part;
  }

  /** Whether bytes that are there already were passed over. */
  #passOver(length: number): boolean {
    if (this.position + length > this.#sink.kept) return false;
    this.flush();
    this.#sink.skip(length);
    this.#flushed += length;
    return true;
  }
}
