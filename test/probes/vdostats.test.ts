import { expect, it } from 'vitest';
import { makeDocument } from '../../src/probes/make-document.ts';
import { vdostats } from '../../src/probes/vdostats.ts';
import { fc } from '../random-cases.ts';

const scan = (text: string) => {
  const doc = makeDocument({ kind: 'paste' }, text);
  return vdostats.recognises(doc) ? vdostats.scan(doc).map((found) => found.value) : [];
};

it('reads the table and the warning', () => {
  expect(
    scan(
      'Device                    Size      Used Available Use% Space saving%\n/dev/mapper/my-vdo      1.8T    407.9G      1.4T  22%           21%\nvg-vpool0-vpool          500.0G   499.1G    900.0M  99%           31%\n',
    ),
  ).toEqual([{ id: 'vdo-pool-nearly-full', params: { pool: 'vg-vpool0-vpool', percent: 99 } }]);
  expect(scan('lvm[880]: WARNING: VDO pool vg-vpool0-vpool is now 95.15% full.')).toEqual([
    { id: 'vdo-pool-nearly-full', params: { pool: 'vg-vpool0-vpool', percent: 95.15 } },
  ]);
  expect(scan('we use VDO below xfs')).toEqual([]);
});

it('never throws, and percents stay percents', () => {
  fc.assert(
    fc.property(fc.string(), fc.double(), (text, number) => {
      for (const value of scan(
        `Device Size Used Available Use% Space saving%\n${text}\nVDO pool ${text} is now ${number}% full\n`,
      )) {
        const percent = 'params' in value ? Number(value.params['percent']) : Number.NaN;
        expect(percent).toBeGreaterThanOrEqual(80);
        expect(percent).toBeLessThanOrEqual(100);
      }
    }),
  );
});
