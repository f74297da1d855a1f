import { BLOCK, SALT } from '../../../src/formats/dm-thin/layout.ts';
import { randomOf } from './pools.ts';
import { reseal } from './writer.ts';

/** What was done to an image. `sealed`: its checksums are right again, so that only sense can tell. */
export interface Mutation {
  image: Buffer;
  kind: string;
  sealed: boolean;
}

/** One way of many to damage a pool's metadata, the same for the same seed. */
export function mutate(original: Buffer, used: readonly number[], seed: number): Mutation {
  const random = randomOf(seed * 2654435761 + 1);
  const image = Buffer.from(original);
  const pick = (): number => used[random(used.length)] ?? 0;
  const block = pick();
  const at = block * BLOCK;
  const kind = random(7);
  if (kind === 0) {
    image.writeUInt8((image[at + random(BLOCK)] ?? 0) ^ (1 << random(8)), at + random(BLOCK));
    return { image, kind: `a byte of block ${block}`, sealed: false };
  }
  if (kind === 1) {
    image.fill(0, at, at + BLOCK);
    return { image, kind: `block ${block} zeroed`, sealed: false };
  }
  if (kind === 2) {
    const other = pick() * BLOCK;
    original.copy(image, at, other, other + BLOCK);
    original.copy(image, other, at, at + BLOCK);
    return { image, kind: `block ${block} swapped with ${other / BLOCK}`, sealed: false };
  }
  if (kind === 3) {
    const length = random(image.length);
    return { image: image.subarray(0, length), kind: `cut to ${length} bytes`, sealed: false };
  }
  // fields of the header and of the first entries are where wrong values lead astray
  const times = 1 + random(3);
  for (let n = 0; n < times; n++) {
    const field = at + 4 * (random(3) > 0 ? 1 + random(7) : random(BLOCK / 4));
    const values = [0, 1, 2, 0x7fffffff, 0xffffffff, random(300), used[random(used.length)] ?? 0, random(2 ** 32)];
    image.writeUInt32LE(values[random(values.length)] ?? 0, Math.max(at + 4, field));
  }
  if (kind > 4) {
    // a pointer of a node turned to another block: circles, two parents, trees in each other's place
    const max = original.readUInt32LE(at + 20);
    const entries = Math.max(1, Math.min(200, original.readUInt32LE(at + 16)));
    const v = at + 32 + 8 * Math.min(max, 252) + 8 * random(entries);
    if (v + 8 <= at + BLOCK) image.writeBigUInt64LE(BigInt(pick()), v);
  }
  reseal(image, block, saltOf(original, block));
  return { image, kind: `wrong fields in block ${block}, sealed again`, sealed: true };
}

function saltOf(image: Buffer, block: number): number {
  for (const salt of Object.values(SALT)) {
    const copy = Buffer.from(image.subarray(block * BLOCK, (block + 1) * BLOCK));
    const says = copy.readInt32LE(0);
    reseal(copy, 0, salt);
    if (copy.readInt32LE(0) === says) return salt;
  }
  return SALT.node;
}
