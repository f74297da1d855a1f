import { describe, expect, it } from 'vitest';
import { hugePages } from '../../src/probes/huge-pages.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { fc } from '../random-cases.ts';

const scan = (text: string) => hugePages.scan(makeDocument({ kind: 'paste' }, text)).map((one) => one.value);

describe('huge pages', () => {
  it('counts used and reserved pages of the pool', () => {
    expect(scan('HugePages_Total:     512\nHugePages_Free:       40\nHugePages_Rsvd:       40\n')).toEqual([
      { name: 'vm.nr_hugepages', value: 512, used: 512 },
    ]);
    expect(scan('HugePages_Total: 512 HugePages_Free: 100')).toEqual([
      { name: 'vm.nr_hugepages', value: 512, used: 412 },
    ]);
  });
  it('says nothing without both figures, or with impossible ones', () => {
    expect(scan('HugePages_Total:     512')).toEqual([]);
    expect(scan('HugePages_Total: 5\nHugePages_Free: 9')).toEqual([]);
  });
  it('never throws and never counts below zero', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('Total', 'Free', 'Rsvd'), fc.nat())), (rows) => {
        for (const value of scan(rows.map(([name, n]) => `HugePages_${name}: ${n}`).join('\n')))
          expect((value as { used: number }).used).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
