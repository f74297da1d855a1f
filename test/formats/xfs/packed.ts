import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Listed, Listing } from '../../kernel/support/trees.ts';

/** An image of test/formats/xfs/images, and what is in it; scripts/xfs-fixtures.ts makes them. */
export function packed(name: string): { image: Buffer; listing: Listing } {
  const read = (kind: string): Buffer =>
    gunzipSync(readFileSync(new URL(`images/${name}.${kind}.gz`, import.meta.url)));
  return { image: read('img'), listing: new Map(JSON.parse(read('json').toString()) as [string, Listed][]) };
}
