import type { KeptTrees } from './kept-trees.ts';
import { type KnownTree, LINK_COLUMNS, linksOf } from './known-trees.ts';
import type { Answer } from './scan-answer.ts';
import type { BucketSums, LinkedFile, ScanResult } from './scan-types.ts';

interface Linked {
  file: LinkedFile;
  /** how many of its names were found, how many it has, and when that last changed */
  names: number;
  nlink: number;
  changed: number;
}

/** A clock may be set back by less than that, ms. */
const CLOCK = 86_400_000;

/** Adds up what the workers find on one device, with files that have several names. */
export class DeviceSums {
  private readonly linked = new Map<number, Linked>();

  constructor(
    private readonly result: ScanResult,
    private readonly kept: KeptTrees,
  ) {}

  /** Gives how many entries were seen. */
  take({ rows, links, moved, errors, failed, skipped, noted, names, spoiled }: Answer): number {
    const { result, kept } = this;
    let seen = 0;
    for (let i = 0; i < rows.length; i += 6) {
      const [bucket = 0, apparent = 0, onDisk = 0, files = 0, directories = 0, newest = 0] = rows.subarray(i, i + 6);
      this.add(bucket, { apparent, onDisk, files, directories, newest });
      seen += files + directories;
    }
    for (let i = 0; i < links.length; i += 6) {
      const [bucket = 0, inode = 0, onDisk = 0, apparent = 0, nlink = 0, changed = 0] = links.subarray(i, i + 6);
      this.link(bucket, inode, { onDisk, apparent, nlink, changed });
      kept.link(bucket, inode, onDisk, apparent, changed);
    }
    for (const bucket of spoiled) kept.spoil(bucket);
    kept.note(noted, names);
    result.moved += moved;
    result.failed += failed;
    result.skipped += skipped;
    for (const [path, code] of errors) if (result.errors.length < 20) result.errors.push({ path, code });
    return seen;
  }

  /** What is known of an unchanged tree; false where that is not whole. */
  takeKnown({ sums: [apparent, onDisk, files, directories, newest], proof }: KnownTree, bucket: number): boolean {
    const links = linksOf(proof);
    if (!links) return false;
    this.add(bucket, { apparent, onDisk, files, directories, newest });
    for (let i = 0; i < links.length; i += LINK_COLUMNS) {
      const [inode = 0, held = 0, size = 0] = links.subarray(i, i + LINK_COLUMNS);
      this.link(bucket, inode, { onDisk: held, apparent: size, nlink: 0, changed: 0 });
    }
    return true;
  }

  /**
   * Whether a file that was found by fewer names than it has may have got one since these trees were counted: its
   * other name may lie in one of them, where nothing shows that.
   */
  isDoubtful(trees: readonly KnownTree[]): boolean {
    if (trees.length === 0) return false;
    const since = Math.min(...trees.map(({ counted }) => counted)) - CLOCK;
    return [...this.linked.values()].some(({ nlink, names, changed }) => nlink > names && changed >= since);
  }

  /** Files with several names in one bucket go to its sums, others to the list. */
  shareOut(): void {
    for (const { file } of this.linked.values()) {
      const { buckets, onDisk, apparent } = file;
      const [bucket = 0] = buckets;
      if (buckets.length > 1) this.result.links.push(file);
      else this.add(bucket, { apparent, onDisk, files: 0, directories: 0, newest: 0 });
    }
  }

  private add(bucket: number, { apparent, onDisk, files, directories, newest }: BucketSums): void {
    const sums = sumsOf(this.result, bucket);
    sums.apparent += apparent;
    sums.onDisk += onDisk;
    sums.files += files;
    sums.directories += directories;
    sums.newest = Math.max(sums.newest, newest);
  }

  private link(
    bucket: number,
    inode: number,
    { onDisk, apparent, nlink, changed }: { onDisk: number; apparent: number; nlink: number; changed: number },
  ): void {
    const known = this.linked.get(inode);
    if (!known) {
      this.linked.set(inode, { file: { onDisk, apparent, buckets: [bucket] }, names: 1, nlink, changed });
      return;
    }
    known.names++;
    known.nlink = Math.max(known.nlink, nlink);
    known.changed = Math.max(known.changed, changed);
    // of an inode that is stated now the present figures hold
    if (nlink > 0) Object.assign(known.file, { onDisk, apparent });
    if (!known.file.buckets.includes(bucket)) known.file.buckets.push(bucket);
  }
}

export function sumsOf(result: ScanResult, bucket: number): BucketSums {
  const known = result.buckets.get(bucket);
  if (known) return known;
  const fresh = { apparent: 0, onDisk: 0, files: 0, directories: 0, newest: 0 };
  result.buckets.set(bucket, fresh);
  return fresh;
}
