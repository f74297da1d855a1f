import { expect, test } from 'vitest';
import { podmanSystemDf } from '../../src/probes/podman-system-df.ts';
import { pasted, ran } from './scan.ts';

test('the table of a run or typed session', () => {
  const table =
    'TYPE           TOTAL       ACTIVE      SIZE        RECLAIMABLE\nImages         2           1           16.58MB     14.59MB (88%)';
  const row = {
    engine: 'podman',
    what: 'images',
    total: 2,
    active: 1,
    size: 16_580_000,
    reclaimable: 14_590_000,
    resolution: 5000,
  };
  expect(ran(podmanSystemDf, 'engine-usage', ['podman', 'system', 'df'], table)).toEqual([row]);
  expect(pasted(podmanSystemDf, 'engine-usage', `ada@box:~$ podman system df\n${table}`)).toEqual([row]);
  expect(pasted(podmanSystemDf, 'engine-usage', table)).toEqual([]);
});

test('JSON: bytes in podman 4, texts before', () => {
  const lines =
    '{"Type":"Images","Total":2,"Active":1,"Size":16584634,"Reclaimable":14586722}\n{"Type":"Local Volumes","Total":1,"Active":1,"Size":"31.46MB","Reclaimable":"0B (0%)"}';
  expect(
    ran(podmanSystemDf, 'engine-usage', ['podman', 'system', 'df', '--format', '{{json .}}'], lines),
  ).toMatchObject([
    { what: 'images', total: 2, size: 16_584_634, reclaimable: 14_586_722, resolution: 0 },
    { what: 'volumes', size: 31_460_000, reclaimable: 0, resolution: 5000 },
  ]);
});
