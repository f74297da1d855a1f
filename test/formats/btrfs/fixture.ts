import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type BlockReader, checkRange } from '../../../src/formats/block-reader.ts';

const BLOCK = 4096;

export interface Fixture {
  images: SparseImage[];
  /** what qgroups say, by subvolume id */
  groups: Record<string, { referenced: number; exclusive: number }>;
}

/** An image of which only what is not zero is kept; blocks can be replaced. */
export interface SparseImage extends BlockReader {
  blocks: Map<number, Uint8Array>;
}

export function fixture(name: string): Fixture {
  const bytes = gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.gz`)));
  const end = bytes.indexOf(10);
  const head = JSON.parse(bytes.toString('utf8', 0, end)) as {
    images: { size: number; offsets: number[] }[];
    groups: Fixture['groups'];
  };
  let at = end + 1;
  const images = head.images.map(({ size, offsets }, i) => {
    const blocks = new Map<number, Uint8Array>();
    for (const offset of offsets) {
      blocks.set(offset, Uint8Array.from(bytes.subarray(at, at + BLOCK)));
      at += BLOCK;
    }
    return sparseImage(`image${i}`, size, blocks);
  });
  return { images, groups: head.groups };
}

export function sparseImage(name: string, size: number, blocks: Map<number, Uint8Array>): SparseImage {
  return {
    name,
    size,
    blocks,
    readInto(into, offset) {
      checkRange(this, offset, into.length);
      for (let done = 0; done < into.length; ) {
        const inside = (offset + done) % BLOCK;
        const length = Math.min(BLOCK - inside, into.length - done);
        const block = blocks.get((offset + done - inside) / BLOCK);
        if (block) into.set(block.subarray(inside, inside + length), done);
        else into.fill(0, done, done + length);
        done += length;
      }
    },
  };
}

/** The same image with some blocks changed; the original stays as it is. */
export function changed(image: SparseImage, change: (blocks: Map<number, Uint8Array>) => void): SparseImage {
  const blocks = new Map(image.blocks);
  change(blocks);
  return sparseImage(image.name, image.size, blocks);
}
