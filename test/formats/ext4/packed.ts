import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Listed, Listing } from '../../kernel/support/trees.ts';

/** An image of test/formats/ext4/images, and what the kernel shows in it; scripts/ext4-fixtures.ts makes them. */
export function packed(name: string): { image: Buffer; listing: Listing } {
  const read = (kind: string): Buffer =>
    gunzipSync(readFileSync(new URL(`images/${name}.${kind}.gz`, import.meta.url)));
  return { image: read('img'), listing: new Map(JSON.parse(read('json').toString()) as [string, Listed][]) };
}
