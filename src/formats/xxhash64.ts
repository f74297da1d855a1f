/**
 * xxHash64 with seed 0 (the specification, doc/xxhash_spec.md of xxHash; kernel lib/xxhash.c).
 * 64-bit arithmetic in halves of 32: BigInt would be twenty times slower.
 */

/** A 64-bit register; one is enough for each lane, so that nothing is allocated in the loop. */
class Lane {
  constructor(
    public low: number,
    public high: number,
  ) {}

  add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  multiply([low, high]: readonly [number, number]): void {
    const a = this.low >>> 16;
    const b = this.low & 0xffff;
    const c = low >>> 16;
    const d = low & 0xffff;
    const bd = Math.imul(b, d) >>> 0;
    const ad = Math.imul(a, d) >>> 0;
    const bc = Math.imul(b, c) >>> 0;
    const middle = (bd >>> 16) + (ad & 0xffff) + (bc & 0xffff);
    const carried = (Math.imul(a, c) + (ad >>> 16) + (bc >>> 16) + (middle >>> 16)) | 0;
    this.high = (carried + Math.imul(this.low, high) + Math.imul(this.high, low)) | 0;
    this.low = (bd & 0xffff) | (middle << 16);
  }

  /** by 1 to 31 bits */
  rotate(by: number): void {
    const { low, high } = this;
    this.low = (low << by) | (high >>> (32 - by));
    this.high = (high << by) | (low >>> (32 - by));
  }

  /** xor with itself shifted to the right; by 29, 32 or 33 */
  fold(by: number): void {
    if (by >= 32) this.low ^= this.high >>> (by - 32);
    else {
      this.low ^= (this.low >>> by) | (this.high << (32 - by));
      this.high ^= this.high >>> by;
    }
  }

  round(low: number, high: number): void {
    const [l, h] = product(low, high, P2);
    this.add(l, h);
    this.rotate(31);
    this.multiply(P1);
  }

  merge(lane: Lane): void {
    scratch.low = lane.low;
    scratch.high = lane.high;
    scratch.multiply(P2);
    scratch.rotate(31);
    scratch.multiply(P1);
    this.low ^= scratch.low;
    this.high ^= scratch.high;
    this.multiply(P1);
    this.add(...P4);
  }
}

/** The primes, low half first. */
const P1 = [0x85ebca87, 0x9e3779b1] as const;
const P2 = [0x27d4eb4f, 0xc2b2ae3d] as const;
const P3 = [0x9e3779f9, 0x165667b1] as const;
const P4 = [0xc2b2ae63, 0x85ebca77] as const;
const P5 = [0x165667c5, 0x27d4eb2f] as const;

const scratch = new Lane(0, 0);
const result: [number, number] = [0, 0];

function product(low: number, high: number, by: readonly [number, number]): [number, number] {
  scratch.low = low;
  scratch.high = high;
  scratch.multiply(by);
  result[0] = scratch.low;
  result[1] = scratch.high;
  return result;
}

/** The hash of `bytes[start, end)` as two signed 32-bit halves, low first. The array is used again by the next call. */
export function xxhash64(bytes: Uint8Array, start = 0, end = bytes.length): readonly [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  const hash = new Lane(0, 0);
  if (end - start >= 32) {
    const lanes = [new Lane(...P1), new Lane(...P2), new Lane(0, 0), new Lane(0, 0)] as const;
    lanes[0].add(...P2);
    lanes[3].low = -P1[0] | 0;
    lanes[3].high = ~P1[1];
    const [a, b, c, d] = lanes;
    for (; at + 32 <= end; at += 32) {
      a.round(view.getInt32(at, true), view.getInt32(at + 4, true));
      b.round(view.getInt32(at + 8, true), view.getInt32(at + 12, true));
      c.round(view.getInt32(at + 16, true), view.getInt32(at + 20, true));
      d.round(view.getInt32(at + 24, true), view.getInt32(at + 28, true));
    }
    for (const [index, by] of [1, 7, 12, 18].entries()) {
      const lane = lanes[index] as Lane;
      const turned = new Lane(lane.low, lane.high);
      turned.rotate(by);
      hash.add(turned.low, turned.high);
    }
    for (const lane of lanes) hash.merge(lane);
  } else hash.add(...P5);
  hash.add((end - start) | 0, 0);
  for (; at + 8 <= end; at += 8) {
    const [low, high] = product(view.getInt32(at, true), view.getInt32(at + 4, true), P2);
    const lane = new Lane(low, high);
    lane.rotate(31);
    lane.multiply(P1);
    hash.low ^= lane.low;
    hash.high ^= lane.high;
    hash.rotate(27);
    hash.multiply(P1);
    hash.add(...P4);
  }
  if (at + 4 <= end) {
    const [low, high] = product(view.getInt32(at, true), 0, P1);
    hash.low ^= low;
    hash.high ^= high;
    hash.rotate(23);
    hash.multiply(P2);
    hash.add(...P3);
    at += 4;
  }
  for (; at < end; at++) {
    const [low, high] = product(bytes[at] as number, 0, P5);
    hash.low ^= low;
    hash.high ^= high;
    hash.rotate(11);
    hash.multiply(P1);
  }
  hash.fold(33);
  hash.multiply(P2);
  hash.fold(29);
  hash.multiply(P3);
  hash.fold(32);
  result[0] = hash.low | 0;
  result[1] = hash.high | 0;
  return result;
}
