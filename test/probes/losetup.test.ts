import { expect, test } from 'vitest';
import { losetup } from '../../src/probes/losetup.ts';
import { pasted, ran } from './scan.ts';

test('JSON, with booleans and with the digits of older versions', () => {
  const body =
    '{"loopdevices":[{"name":"/dev/loop0","sizelimit":0,"offset":512,"autoclear":true,"ro":false,"back-file":"/srv/data (deleted)"},{"name":"/dev/loop1","autoclear":"0","ro":"1","back-file":"/srv/meta"}]}';
  expect(ran(losetup, 'loop', ['losetup', '-l', '-J'], body)).toEqual([
    { device: '/dev/loop0', backFile: '/srv/data', deleted: true, offset: 512, readOnly: false, autoclear: true },
    { device: '/dev/loop1', backFile: '/srv/meta', readOnly: true, autoclear: false },
  ]);
});

test('every text form', () => {
  const text = `/dev/loop0: [0801]:1234 (/var/lib/docker/devicemapper/devicemapper/data)
/dev/loop1: []: (/srv/a b (deleted)), offset 4096
/dev/loop2: 0 /srv/busybox.img
NAME       SIZELIMIT OFFSET AUTOCLEAR RO BACK-FILE                DIO LOG-SEC
/dev/loop3         0      0         1  1 /var/lib/snaps/x.snap      0     512
/dev/loop4         0      0         0  0 /srv/old (deleted)
/sys/block/loop5/loop/backing_file:/srv/five`;
  expect(pasted(losetup, 'loop', text)).toEqual([
    { device: '/dev/loop0', backFile: '/var/lib/docker/devicemapper/devicemapper/data' },
    { device: '/dev/loop1', backFile: '/srv/a b', deleted: true, offset: 4096 },
    { device: '/dev/loop2', backFile: '/srv/busybox.img' },
    { device: '/dev/loop3', backFile: '/var/lib/snaps/x.snap', readOnly: true, autoclear: true },
    { device: '/dev/loop4', backFile: '/srv/old', deleted: true, readOnly: false, autoclear: false },
    { device: '/dev/loop5', backFile: '/srv/five' },
  ]);
});
