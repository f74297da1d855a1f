import type { KnownTree } from './known-trees.ts';
import type { InodeCount } from './scan-answer.ts';

/** Looks at inodes of one file system by their numbers, without their paths. */
export interface InodeLook {
  /**
   * Whether all that a proof (known-trees.ts) names is surely as it was, `root` among it. Where the directory
   * `root` is, so is what its names lead to, and so on down: paths need not be looked at.
   */
  unchanged(proof: Uint8Array, root: number): boolean;
  readonly count: InodeCount;
  close(): void;
}

/** A directory whose whole content is counted for one bucket (0, 1, 2 …). */
export interface Tree {
  path: string;
  /** the path as it is, where that is no UTF-8 */
  raw?: Uint8Array;
  bucket: number;
  /**
   * Nobody writes to it, by the records of its engine, which call it so: then it may be known from an earlier
   * scan. Its bucket has no other tree.
   */
  sealed?: string;
}

/**
 * Sums of one bucket, a file with several names once; one that has names in other buckets too is not
 * in it. Bytes; `newest` is the last change of
 * any inode in it (ctime, which nobody can set), ms since 1970.
 */
export interface BucketSums {
  apparent: number;
  onDisk: number;
  files: number;
  directories: number;
  newest: number;
}

/** A file with names in several buckets. */
export interface LinkedFile {
  onDisk: number;
  apparent: number;
  buckets: number[];
}

export interface ScanResult {
  buckets: Map<number, BucketSums>;
  /** files that more than one bucket has */
  links: LinkedFile[];
  /** entries that went away or were replaced while we looked */
  moved: number;
  /** what could not be read: the first of them by name, and how many in all */
  errors: { path: string; code: string }[];
  failed: number;
  /** mount points and other devices that were not entered */
  skipped: number;
  /** sealed trees for a later scan: those counted now, and those that were known and are unchanged */
  kept: KnownTree[];
  /** those that were known and are unchanged */
  reused: KnownTree[];
}

export interface ScanOptions {
  /** paths of mount points that are not entered */
  mounts?: readonly string[];
  /** told every so often: entries seen so far */
  progress?: (entries: number) => void;
  /** so many workers at most; default: as many as keep the disk busy */
  workers?: number;
  /** sealed trees of earlier scans by path */
  known?: ReadonlyMap<string, KnownTree>;
  /** how inodes of a device (st_dev) can be looked at without paths; default: they cannot */
  inodes?: (device: number, mounts: readonly string[]) => InodeLook | undefined;
  /** what takes no longer (ms) is read in this thread; default: what takes less than to start others */
  atOnce?: number;
  /** sealed trees are kept where all was last changed before that (ms since 1970), on this device; default: none */
  keepBefore?: (device: number) => number;
}
