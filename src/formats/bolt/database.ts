/**
 * Reads a bolt database out of its bytes (go.etcd.io/bbolt page.go, bucket.go, meta): the newest
 * state that was wholly written. A file that is cut, torn or of another kind is no database: undefined.
 */

export interface BoltBucket {
  /** how often a number was drawn from it */
  sequence: number;
  values: Map<string, Uint8Array>;
  buckets: Map<string, BoltBucket>;
}

const MAGIC = 0xed0cdaed;
const VERSION = 2;
const BRANCH = 1;
const LEAF = 2;
const BUCKET = 1;
/** page header: id u64, flags u16, count u16, overflow u32 */
const HEADER = 16;
const ELEMENT = 16;
/** checksum stands behind magic, version, page size, flags, root and sequence, freelist, high water mark, transaction */
const META = 56;
/** A bucket of buckets of buckets: containerd nests five deep. */
const DEEPEST = 16;

export function readBolt(bytes: Uint8Array): BoltBucket | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = metaAt(view, 0);
  // the second copy stands a page on; where the first is torn, its page size is one of the usual ones
  const others = (first ? [first.pageSize] : [4096, 8192, 16_384, 65_536]).map((size) => metaAt(view, size));
  const newest = [first, ...others]
    .filter((meta) => meta !== undefined)
    .sort((a, b) => Number(b.transaction - a.transaction))[0];
  if (!newest) return undefined;
  try {
    return bucketOf(pagesOf(view, newest.pageSize), newest.root, newest.sequence, 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Meta {
  pageSize: number;
  root: number;
  sequence: number;
  transaction: bigint;
}

function metaAt(view: DataView, page: number): Meta | undefined {
  const at = page + HEADER;
  if (view.byteLength < at + META + 8) return undefined;
  if (view.getUint32(at, true) !== MAGIC || view.getUint32(at + 4, true) !== VERSION) return undefined;
  if (view.getBigUint64(at + META, true) !== fnv1a(view, at, META)) return undefined;
  return {
    pageSize: view.getUint32(at + 8, true),
    root: Number(view.getBigUint64(at + 16, true)),
    sequence: Number(view.getBigUint64(at + 24, true)),
    transaction: view.getBigUint64(at + 48, true),
  };
}

/** FNV-1a, 64 bits, as Go's hash/fnv. */
function fnv1a(view: DataView, from: number, length: number): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let at = from; at < from + length; at++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(view.getUint8(at))) * 0x100000001b3n);
  return hash;
}

/** A page by its number. */
type Pages = (id: number) => DataView;

/** The pages of a file, each of which a sound tree reaches once. */
function pagesOf(view: DataView, size: number): Pages {
  const seen = new Set<number>();
  return (id) => {
    const from = id * size;
    if (id < 2 || seen.has(id) || !Number.isSafeInteger(from)) throw new RangeError('no such page');
    seen.add(id);
    return slice(view, from, (view.getUint32(from + 12, true) + 1) * size);
  };
}

/** DataView itself throws a RangeError for what lies outside. */
const slice = (view: DataView, from: number, length: number): DataView =>
  new DataView(view.buffer, view.byteOffset + from, inside(view, from, length));

function inside(view: DataView, from: number, length: number): number {
  if (from + length > view.byteLength) throw new RangeError('cut short');
  return length;
}

function bucketOf(pages: Pages, root: number, sequence: number, depth: number, inline?: DataView): BoltBucket {
  if (depth > DEEPEST) throw new RangeError('too deep');
  const bucket: BoltBucket = { sequence, values: new Map(), buckets: new Map() };
  fill(bucket, pages, inline ?? pages(root), depth);
  return bucket;
}

function fill(bucket: BoltBucket, pages: Pages, page: DataView, depth: number): void {
  const flags = page.getUint16(8, true);
  const count = page.getUint16(10, true);
  for (let index = 0; index < count; index++) {
    const at = HEADER + index * ELEMENT;
    if (flags & BRANCH) {
      fill(bucket, pages, pages(Number(page.getBigUint64(at + 8, true))), depth);
      continue;
    }
    if (!(flags & LEAF)) throw new RangeError('neither branch nor leaf');
    const keyAt = at + page.getUint32(at + 4, true);
    const keySize = page.getUint32(at + 8, true);
    const value = slice(page, keyAt + keySize, page.getUint32(at + 12, true));
    const key = new TextDecoder().decode(slice(page, keyAt, keySize));
    if (page.getUint32(at, true) & BUCKET) {
      const root = Number(value.getBigUint64(0, true));
      const sequence = Number(value.getBigUint64(8, true));
      const inline = root === 0 ? slice(value, HEADER, value.byteLength - HEADER) : undefined;
      bucket.buckets.set(key, bucketOf(pages, root, sequence, depth + 1, inline));
    } else bucket.values.set(key, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
}
