import { describe, expect, test } from 'vitest';
import { crc32c, crcOfTwo, crcOfWords } from '../../src/formats/crc32c.ts';
import { fc } from '../random-cases.ts';

/** Bit by bit, from the polynomial alone. */
function slow(bytes: Uint8Array, seed = 0xffffffff): number {
  let c = seed;
  for (const byte of bytes) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  }
  return c >>> 0;
}

describe('CRC-32C', () => {
  test('the vectors of RFC 3720, B.4', () => {
    const standard = (bytes: Uint8Array): number => ~crc32c(bytes) >>> 0;
    expect(standard(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(standard(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(standard(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(standard(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
    expect(standard(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  test('any part of any array, in pieces, is as bit by bit', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(300),
        fc.nat(300),
        fc.nat(0xffffffff),
        (bytes, a, b, seed) => {
          const start = Math.min(a, b, bytes.length);
          const end = Math.min(Math.max(a, b), bytes.length);
          const middle = (start + end) >>> 1;
          const whole = slow(bytes.subarray(start, end), seed);
          expect(crc32c(bytes, start, end, seed)).toBe(whole);
          expect(crc32c(bytes, middle, end, crc32c(bytes, start, middle, seed))).toBe(whole);
        },
      ),
    );
  });

  test('two runs side by side are as each alone', () => {
    fc.assert(
      fc.property(fc.int32Array({ minLength: 2, maxLength: 200 }), fc.nat(), fc.nat(), fc.nat(), (words, a, b, n) => {
        const length = n % words.length;
        const first = a % (words.length - length);
        const second = b % (words.length - length);
        const out = new Int32Array(2);
        crcOfTwo(words, first, second, length, out);
        expect([...out]).toEqual([
          crcOfWords(words, first, first + length),
          crcOfWords(words, second, second + length),
        ]);
        const bytes = new Uint8Array(words.buffer, words.byteOffset + first * 4, length * 4);
        expect((out[0] ?? 0) >>> 0).toBe(slow(bytes));
      }),
    );
  });
});
