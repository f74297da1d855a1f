import { describe, expect, test } from 'vitest';
import { blake2b256 } from '../../src/formats/blake2b.ts';
import { NumberTable } from '../../src/formats/number-table.ts';
import { OwnerSets } from '../../src/formats/owner-sets.ts';
import { exclusiveBytes, givenBack, referencedBytes, sharingOf, unionBytes } from '../../src/formats/sharing.ts';
import { xxhash64 } from '../../src/formats/xxhash64.ts';
import { fc } from '../random-cases.ts';

describe('sets of owners', () => {
  test('are what plain sets are', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 100 })
          .chain((owners) =>
            fc.tuple(
              fc.constant(owners),
              fc.array(fc.tuple(fc.uniqueArray(fc.nat(owners - 1), { maxLength: 9 }), fc.nat(1000)), { maxLength: 60 }),
              fc.uniqueArray(fc.nat(owners - 1)),
            ),
          ),
        ([owners, blocks, deleted]) => {
          const sets = new OwnerSets(owners);
          const made = blocks.map(([members]) => members.reduce((set, one) => sets.union(set, sets.single(one)), 0));
          const bytes = new Float64Array(sets.size);
          for (const [i, [, size]] of blocks.entries())
            bytes[made[i] as number] = (bytes[made[i] as number] as number) + size;
          for (const [i, [members]] of blocks.entries()) {
            const set = made[i] as number;
            expect(sets.members(set)).toEqual(members.toSorted((a, b) => a - b));
            expect(sets.onlyOwner(set)).toBe(members.length === 1 ? members[0] : -1);
            for (const [k, [others]] of blocks.entries())
              expect(sets.isSubset(set, made[k] as number)).toBe(members.every((one) => others.includes(one)));
          }
          const sharing = sharingOf(sets, bytes);
          const sum = (fits: (members: number[]) => boolean) =>
            blocks.reduce((total, [members, size]) => (members.length > 0 && fits(members) ? total + size : total), 0);
          expect([...referencedBytes(sharing)]).toEqual(
            Array.from({ length: owners }, (_, one) => sum((m) => m.includes(one))),
          );
          expect([...exclusiveBytes(sharing)]).toEqual(
            Array.from({ length: owners }, (_, one) => sum((m) => m.length === 1 && m[0] === one)),
          );
          const gone = new Set(deleted);
          expect(givenBack(sharing, gone)).toBe(sum((m) => m.every((one) => gone.has(one))));
          expect(unionBytes(sharing, gone)).toBe(sum((m) => m.some((one) => gone.has(one))));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('thousands of distinct ones keep their members', () => {
    const sets = new OwnerSets(3000);
    const made: number[] = [];
    let all = 0;
    for (let i = 0; i < 3000; i++) {
      all = sets.union(all, sets.single(i));
      made.push(all);
    }
    for (const i of [0, 31, 32, 999, 2999]) expect(sets.members(made[i] as number)).toHaveLength(i + 1);
    expect(sets.has(made[40] as number, 40)).toBe(true);
    expect(sets.has(made[40] as number, 41)).toBe(false);
  });
});

test('a table of numbers is a map of indexes', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.nat(50),
          fc.maxSafeNat(),
          fc.nat(1000).map((n) => n * 2 ** 30),
        ),
        { maxLength: 3000 },
      ),
      (keys) => {
        const table = new NumberTable();
        const known = new Map<number, number>();
        for (const key of keys) {
          if (!known.has(key)) known.set(key, known.size);
          expect(table.add(key)).toBe(known.get(key));
        }
        for (const [key, index] of known) expect(table.find(key)).toBe(index);
        expect(table.find(2 ** 53 - 2)).toBe(known.get(2 ** 53 - 2) ?? -1);
      },
    ),
    { numRuns: 50 },
  );
});

describe('checksums', () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const hex = ([low, high]: readonly [number, number]) =>
    (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');

  test('xxHash64: vectors of the reference implementation', () => {
    expect(hex(xxhash64(text('')))).toBe('ef46db3751d8e999');
    expect(hex(xxhash64(text('a')))).toBe('d24ec4f1a98c6e5b');
    expect(hex(xxhash64(text('abc')))).toBe('44bc2cf5ad770999');
    expect(hex(xxhash64(text('Nobody inspects the spammish repetition')))).toBe('fbcea83c8a378bf1');
  });

  test('BLAKE2b-256', () => {
    const of = (value: string) => Buffer.from(blake2b256(text(value))).toString('hex');
    expect(of('')).toBe('0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8');
    expect(of('abc')).toBe('bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319');
    expect(of('Nobody inspects the spammish repetition')).toBe(
      '45dbf19fc9b5c686f03e29de96228a636e9799e86571f8f58da1bf0a3a539986',
    );
    expect(of('x'.repeat(100))).toBe('58f49f86224fc9467549c0954fb0b9dc706e6728023bb7bd88b7958cf2115ac8');
  });
});
