/** `kept`: the length of the path of the tree that it is in, where that is to be kept; else 0 */
export type Directory = [path: string | Uint8Array, bucket: number, inode: number, kept: number];

/**
 * What was found in directories, as numbers that pass between threads. `rows` are rows of
 * [bucket, apparent, onDisk, files, directories, newest]; `links` of [bucket, inode, onDisk, apparent, nlink, ctime];
 * `noted`, of what is kept, of [bucket, inode, mtime, ctime, blocks, size], with names below the tree parted by NUL.
 */
export interface Answer {
  rows: Float64Array;
  links: Float64Array;
  /** directories that are left to others */
  rest: Directory[];
  /** nothing is left to read */
  done: boolean;
  moved: number;
  errors: [string, string][];
  failed: number;
  skipped: number;
  noted: Float64Array;
  names: string;
  /** buckets of which what is noted is not whole */
  spoiled: number[];
}

/** Counts directories where they lie on their device, without their paths. */
export interface InodeCount {
  add(directories: readonly Directory[]): void;
  /** directories that are still to be read */
  left(): number;
  /**
   * Reads some of them. What changed a moment ago, or cannot be read so, is in `rest`: each is to be read by its path,
   * and what lies below it may be added again.
   */
  step(): Answer;
}
