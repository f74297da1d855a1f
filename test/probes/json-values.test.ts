import { describe, expect, it } from 'vitest';
import { cleanLines } from '../../src/probes/clean.ts';
import { jsonValues } from '../../src/probes/json-values.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

const read = (text: string) => jsonValues(cleanLines(text, true));

describe('jsonValues', () => {
  it('finds objects over several lines between prose, with their line', () => {
    expect(read('It says:\n{\n  "Driver": "btrfs",\n  "n": [1, 2]\n}\nwhat now?')).toEqual([
      { value: { Driver: 'btrfs', n: [1, 2] }, line: 2 },
    ]);
  });
  it('finds one value a line', () => {
    expect(read('{"a":1}\n{"b":2}\n[]').map((one) => one.value)).toEqual([{ a: 1 }, { b: 2 }, []]);
  });
  it('is not misled by prompts, log times and braces in strings', () => {
    expect(read('[root@host ~]# ls\n[ 12.345678] XFS (dm-1)\n{"a": "}{"}')).toEqual([{ value: { a: '}{' }, line: 3 }]);
  });
  it('finds what stands behind an object that was cut', () => {
    expect(read('{\n  "a": {\n\nand then\n[1]').map((one) => one.value)).toEqual([[1]]);
  });
  it('reads back every JSON object printed between other lines', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\u2028-\u202e]/g, '');
        fc.pre(text === JSON.stringify(value, null, 2));
        const lines = ['before', ...text.split('\n'), 'behind'].map((one, index) => ({ n: index + 1, text: one }));
        expect(jsonValues(lines)).toEqual([{ value: JSON.parse(text), line: 2 }]);
      }),
    );
  });
  it.each(['{\n', '[\n', '{"a":\n', '[[[[\n'])('looks at hostile text of %j a bounded number of times', (piece) => {
    const lines = Array.from({ length: 200_000 }, (_, index) => ({ n: index + 1, text: piece.trim() }));
    const start = process.cpuUsage();
    expect(jsonValues(lines)).toEqual([]);
    expect(spent(start)).toBeLessThan(5000); // quadratic would be hours
  });
});
