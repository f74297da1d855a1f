import { expect, test } from 'vitest';
import { pvs } from '../../src/probes/pvs.ts';
import { pasted, ran } from './scan.ts';

test('JSON, table with and without a group, pvdisplay', () => {
  expect(
    ran(
      pvs,
      'pv',
      ['pvs'],
      '{"report":[{"pv":[{"pv_name":"/dev/vdb","vg_name":"docker","pv_size":"100B","pv_free":"40B"}]}]}',
    ),
  ).toEqual([{ name: '/dev/vdb', vg: 'docker', size: 100, free: 40 }]);
  expect(
    pasted(
      pvs,
      'pv',
      '  PV         VG     Fmt  Attr PSize  PFree\n  /dev/vdb   docker lvm2 a--  <3.00g 476.00m\n  /dev/sdc          lvm2 ---  10.00g 10.00g',
    ),
  ).toMatchObject([
    { name: '/dev/vdb', vg: 'docker', size: 3_221_225_472, free: 499_122_176 },
    { name: '/dev/sdc', size: 10_737_418_240, free: 10_737_418_240 },
  ]);
  expect(
    pasted(
      pvs,
      'pv',
      '  PV Name               /dev/sdb\n  VG Name               docker\n  PV Size               200.00 GiB / not usable 4.00 MiB',
    ),
  ).toMatchObject([{ name: '/dev/sdb', vg: 'docker', size: 214_748_364_800 }]);
});
