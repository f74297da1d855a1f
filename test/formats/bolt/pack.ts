/** What a bucket holds: text, bytes, buckets. */
export interface Packed {
  [name: string]: string | Uint8Array | Packed;
}

const PAGE = 4096;
const HEADER = 16;
const ELEMENT = 16;

/** A bolt database (go.etcd.io/bbolt page.go): the root a leaf, with every other bucket inline in it. */
export function packBolt(root: Packed): Uint8Array {
  const leaf = leafOf(root);
  const pages = Math.ceil(leaf.length / PAGE);
  const file = Buffer.alloc((3 + pages) * PAGE);
  for (const meta of [0, 1]) {
    const at = meta * PAGE + HEADER;
    file.writeUInt32LE(0xed0cdaed, at);
    file.writeUInt32LE(2, at + 4);
    file.writeUInt32LE(PAGE, at + 8);
    file.writeBigUInt64LE(3n, at + 16);
    file.writeBigUInt64LE(BigInt(meta), at + 48);
    let hash = 0xcbf29ce484222325n;
    for (const byte of file.subarray(at, at + 56)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    file.writeBigUInt64LE(hash, at + 56);
  }
  leaf.writeUInt32LE(pages - 1, 12);
  leaf.copy(file, 3 * PAGE);
  return file;
}

function leafOf(bucket: Packed): Buffer {
  const entries = Object.entries(bucket).sort(([a], [b]) => (a < b ? -1 : 1));
  const head = Buffer.alloc(HEADER + entries.length * ELEMENT);
  head.writeUInt16LE(2, 8);
  head.writeUInt16LE(entries.length, 10);
  const parts: Buffer[] = [head];
  let end = head.length;
  for (const [index, [name, held]] of entries.entries()) {
    const inner = typeof held !== 'string' && !(held instanceof Uint8Array);
    const key = Buffer.from(name);
    const value = inner ? Buffer.concat([Buffer.alloc(HEADER), leafOf(held)]) : Buffer.from(held);
    const at = HEADER + index * ELEMENT;
    head.writeUInt32LE(inner ? 1 : 0, at);
    head.writeUInt32LE(end - at, at + 4);
    head.writeUInt32LE(key.length, at + 8);
    head.writeUInt32LE(value.length, at + 12);
    parts.push(key, value);
    end += key.length + value.length;
  }
  return Buffer.concat(parts);
}
