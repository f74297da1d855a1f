import { expect, test } from 'vitest';
import { dmsetupInfo } from '../../src/probes/dmsetup-info.ts';
import { pasted, ran } from './scan.ts';

test('ls, also of old releases; the branches of its tree are left alone', () => {
  expect(
    pasted(
      dmsetupInfo,
      'dm-device',
      'cl-swap (253:1)\ndocker-8:1-2-pool\t(254, 0)\n └─docker-8:1-2-pool (254:0)\n  |-x (7:0)\nI saw it (twice)',
    ),
  ).toEqual([
    { name: 'cl-swap', major: 253, minor: 1 },
    { name: 'docker-8:1-2-pool', major: 254, minor: 0 },
  ]);
});

test('columns', () => {
  const text = `Name                 Maj Min Stat Open Targ Event  UUID
docker-thinpool      253   2 L--w    8    1      7 LVM-x-tpool
docker-8:1-2-ab      253   5 LIsw    0    1      0 `;
  expect(ran(dmsetupInfo, 'dm-device', ['dmsetup', 'info', '-c'], text)).toEqual([
    { name: 'docker-thinpool', major: 253, minor: 2, suspended: false, openCount: 8 },
    { name: 'docker-8:1-2-ab', major: 253, minor: 5, suspended: true, openCount: 0 },
  ]);
});

test('paragraphs', () => {
  const text = `Name:              docker-pool
State:             SUSPENDED
Read Ahead:        256
Open count:        2
Event number:      4
Major, minor:      253, 3
Number of targets: 1`;
  expect(ran(dmsetupInfo, 'dm-device', ['dmsetup', 'info'], text)).toEqual([
    { name: 'docker-pool', major: 253, minor: 3, suspended: true, openCount: 2 },
  ]);
});
