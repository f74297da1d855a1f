import { expect, test } from 'vitest';
import { vgs } from '../../src/probes/vgs.ts';
import { pasted, ran } from './scan.ts';

test('JSON, table, vgdisplay', () => {
  const json =
    '{"report":[{"vg":[{"vg_name":"docker","vg_size":"3217031168B","vg_free":"499122176B","vg_extent_size":"4194304B","vg_free_count":"119","pv_count":"1"}]}]}';
  expect(ran(vgs, 'vg', ['vgs'], json)).toEqual([
    { name: 'docker', size: 3_217_031_168, free: 499_122_176, extentSize: 4_194_304, freeExtents: 119, pvCount: 1 },
  ]);
  expect(
    pasted(
      vgs,
      'vg',
      '  VG     #PV #LV #SN Attr   VSize   VFree\n  docker   1   1   0 wz--n- <200.00g 8.00g\n  full 2 3 0 wz--n- 99.50g 0 ',
    ),
  ).toMatchObject([
    { name: 'docker', size: 214_748_364_800, free: 8_589_934_592, pvCount: 1 },
    { name: 'full', free: 0, pvCount: 2 },
  ]);
  const display =
    '  --- Volume group ---\n  VG Name               docker\n  Cur PV                1\n  VG Size               <200.00 GiB\n  PE Size               4.00 MiB\n  Total PE              51199\n  Free  PE / Size       2048 / 8.00 GiB';
  expect(pasted(vgs, 'vg', display)).toMatchObject([
    { name: 'docker', size: 214_748_364_800, free: 8_589_934_592, freeExtents: 2048, extentSize: 4_194_304 },
  ]);
});

test('nothing free is zero, nothing printed is nothing', () => {
  expect(
    pasted(
      vgs,
      'vg',
      '  VG Name               docker\n  VG Size               10.00 GiB\n  Free  PE / Size       0 / 0   ',
    ),
  ).toMatchObject([{ free: 0, freeExtents: 0 }]);
  expect(pasted(vgs, 'vg', '  VG Name               docker\n  VG Size               10.00 GiB')).toEqual([]);
});
