import { type KnownTree, PROOF_COLUMNS, proofOf } from './known-trees.ts';
import type { BucketSums } from './scan-types.ts';

interface Kept {
  path: string;
  key: string;
  rows: number[];
  names: string[];
  links: number[];
  newest: number;
}

/** Gathers, while sealed trees are counted, what proves later that they are unchanged. */
export class KeptTrees {
  private readonly byBucket = new Map<number, Kept>();

  add(bucket: number, path: string, key: string): void {
    this.byBucket.set(bucket, { path, key, rows: [], names: [], links: [], newest: 0 });
  }

  /** Something in it went away, could not be read or lies elsewhere: such a tree is not kept. */
  spoil(bucket: number): void {
    this.byBucket.delete(bucket);
  }

  /** @param noted rows of bucket, inode, mtime, ctime, blocks, size; `names` in the same order, parted by NUL */
  note(noted: Float64Array, names: string): void {
    if (noted.length === 0) return;
    const list = names.split('\0');
    for (let row = 0, at = 0; at < noted.length; row++, at += PROOF_COLUMNS + 1) {
      const kept = this.byBucket.get(noted[at] as number);
      if (!kept) continue;
      for (let column = 1; column <= PROOF_COLUMNS; column++) kept.rows.push(noted[at + column] as number);
      kept.names.push(list[row] as string);
      kept.newest = Math.max(kept.newest, noted[at + 2] as number, noted[at + 3] as number);
    }
  }

  link(bucket: number, inode: number, onDisk: number, apparent: number, changed: number): void {
    const kept = this.byBucket.get(bucket);
    if (!kept) return;
    kept.links.push(inode, onDisk, apparent);
    kept.newest = Math.max(kept.newest, changed);
  }

  /** Those in which nothing changed since `before` (ms since 1970); `sums` without what has several names. */
  trees(sums: ReadonlyMap<number, BucketSums>, before: number, counted: number): KnownTree[] {
    return [...this.byBucket].flatMap(([bucket, { path, key, rows, names, links, newest }]): KnownTree[] => {
      const own = sums.get(bucket);
      if (!own || rows.length === 0 || Math.max(newest, own.newest) >= before) return [];
      const { apparent, onDisk, files, directories } = own;
      return [
        {
          path,
          key,
          counted,
          sums: [apparent, onDisk, files, directories, own.newest],
          proof: proofByInode(rows, links, names),
        },
      ];
    });
  }
}

/** In the order in which file systems keep inodes, whichever worker came first to which. */
function proofByInode(rows: readonly number[], links: readonly number[], names: readonly string[]): Uint8Array {
  const inode = (row: number): number => rows[row * PROOF_COLUMNS] as number;
  const order = names.map((_, row) => row).sort((a, b) => inode(a) - inode(b));
  return proofOf(
    order.flatMap((row) => rows.slice(row * PROOF_COLUMNS, (row + 1) * PROOF_COLUMNS)),
    links,
    order.map((row) => `${names[row]}\0`).join(''),
  );
}
