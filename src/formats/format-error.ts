/**
 * What is wrong in a source's bytes, and where. The room formats/ throws nothing else for bad
 * bytes; a walk collects them as {@link Damage} and goes on.
 */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  constructor(
    /** what is wrong: `checksum does not match` */
    readonly what: string,
    /** the reader's name, or a path inside a file system */
    readonly source: string,
    /** bytes from the start of the source */
    readonly offset: number,
    /** the values that disagree, the structure */
    readonly detail = '',
  ) {
    super(`${what}: ${source}, byte ${offset}${detail ? ` (${detail})` : ''}`);
  }
}

/** One thing that a walk could not read, and what is lost by it. */
export interface Damage {
  what: string;
  source: string;
  /** bytes from the start of the source */
  offset: number;
  /** what cannot be read because of it: `device 7, blocks 512-1023`, `directory /var/lib` */
  lost?: string;
}
