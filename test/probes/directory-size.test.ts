import { describe, expect, test } from 'vitest';
import { directorySize } from '../../src/probes/directory-size.ts';
import { pasted, ran } from './scan.ts';

const G = 1024 ** 3;
const found = (text: string) =>
  pasted(directorySize, 'directory-size', text).map((one) => `${one.path} ${one.bytes / G}${one.said ? ' said' : ''}`);

test('du: KiB unless told otherwise, -h, -B1, relative to the argument', () => {
  expect(ran(directorySize, 'directory-size', ['du', '-s', '/srv'], '1048576\t/srv')).toEqual([
    { path: '/srv', bytes: G },
  ]);
  expect(ran(directorySize, 'directory-size', ['du', '-xsB1', '/srv'], '4096\t/srv/a b\n0\t/srv/c')).toEqual([
    { path: '/srv/a b', bytes: 4096 },
    { path: '/srv/c', bytes: 0 },
  ]);
  expect(found('$ sudo du -sh /var/lib/docker/*\n4.5G    /var/lib/docker/devicemapper\n5G total')).toEqual([
    '/var/lib/docker/devicemapper 4.5',
  ]);
  expect(found('$ du -sh /srv/snapshots/1411/\n1.5G    .')).toEqual(['/srv/snapshots/1411 1.5']);
  expect(found('76G\t/var/lib/docker/containers\n12G ./overlay2')).toEqual([
    '/var/lib/docker/containers 76',
    './overlay2 12',
  ]);
});

test('a number and a path are not du’s without its name', () => {
  expect(found('  1234 /var/log/syslog\n17 /usr/bin/app')).toEqual([]);
});

describe('sentences', () => {
  test.each([
    ['`/var/lib/docker/containers` alone is 76GB, I do not know why.', ['/var/lib/docker/containers 76 said']],
    ['and /var/lib/docker/overlay2 is over 150 GB now', ['/var/lib/docker/overlay2 150 said']],
    ['/var/lib/containerd: 102G', ['/var/lib/containerd 102 said']],
    ['/opt/docker/volumes has grown to 40 GiB.', ['/opt/docker/volumes 40 said']],
    ['there are 85 GB in /var/lib/docker/overlay2', ['/var/lib/docker/overlay2 85 said']],
    ['/var/lib/docker belegt schon 12,5 GB', ['/var/lib/docker 12.5 said']],
  ])('%s', (text, expected) => expect(found(text)).toEqual(expected));
  test.each([
    '`/dev/vda` is 500G, `/dev/vdb` is 50G',
    '/var/lib/docker is on a 100GB partition',
    '/var/lib/docker is a 100GB disk',
    '/var/lib/docker has 20GB free',
    '/data is 300G',
    'http://example.com/var/lib/docker: 5G',
    '/var/lib/docker version 18.09 uses port 2375',
  ])('not: %s', (text) => expect(found(text)).toEqual([]));
});
