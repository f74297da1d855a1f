import { type BlockReader, checkRange } from '../../block-reader.ts';
import { BB } from './record.ts';

/** Sectors kept: more than the log of a running file system has, less than a machine has memory. */
const MOST_SECTORS = (512 * 2 ** 20) / BB;

/** What a log changes of a device, in memory: 512-byte sectors over a reader. */
export class Overlay {
  private readonly base: BlockReader;
  private readonly sectors = new Map<number, Buffer>();

  constructor(base: BlockReader) {
    this.base = base;
  }

  get size(): number {
    return this.base.size;
  }

  get full(): boolean {
    return this.sectors.size > MOST_SECTORS;
  }

  /** `count` sectors from `sector`, as they are now. @throws FormatError */
  read(sector: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * BB);
    checkRange(this.base, sector * BB, bytes.length);
    this.base.readInto(bytes, sector * BB);
    for (let i = 0; i < count; i++) this.sectors.get(sector + i)?.copy(bytes, i * BB);
    return bytes;
  }

  write(sector: number, bytes: Buffer): void {
    for (let i = 0; i * BB < bytes.length; i++)
      this.sectors.set(sector + i, Buffer.from(bytes.subarray(i * BB, (i + 1) * BB)));
  }

  /** A reader of what is there now; later writes are not seen. */
  reader(): BlockReader {
    const { base, sectors } = this;
    if (sectors.size === 0) return base;
    const order = Float64Array.from(sectors.keys()).sort();
    const hole = base.holeAt?.bind(base);
    return {
      name: base.name,
      size: base.size,
      readInto(into, offset) {
        checkRange(this, offset, into.length);
        base.readInto(into, offset);
        const end = offset + into.length;
        for (let i = firstAfter(order, offset); i < order.length; i++) {
          const sector = order[i] as number;
          const at = sector * BB;
          if (at >= end) break;
          const from = Math.max(0, offset - at);
          into.set((sectors.get(sector) as Buffer).subarray(from, Math.min(BB, end - at)), at + from - offset);
        }
      },
      ...(hole
        ? {
            holeAt: (offset: number) => {
              const next = order[firstAfter(order, offset)];
              return Math.max(0, next === undefined ? hole(offset) : Math.min(hole(offset), next * BB - offset));
            },
          }
        : {}),
    };
  }
}

/** Index of the first sector that ends after `offset`. */
function firstAfter(order: Float64Array, offset: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] as number) * BB + BB <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
