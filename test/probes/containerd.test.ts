import { expect, test } from 'vitest';
import { containerd } from '../../src/probes/containerd.ts';
import { known, ran } from './scan.ts';

test('ctr tables', () => {
  const snapshots = 'KEY     PARENT   KIND      \nc1      sha256:8 Active    \nsha256:8         Committed ';
  expect(ran(containerd, 'snapshot', ['ctr', 'snapshots', '--snapshotter', 'devmapper', 'ls'], snapshots)).toEqual([
    { snapshotter: 'devmapper', key: 'c1', parent: 'sha256:8', kind: 'Active' },
    { snapshotter: 'devmapper', key: 'sha256:8', kind: 'Committed' },
  ]);
  expect(
    ran(containerd, 'snapshot', ['ctr', 'snapshots', 'usage'], 'KEY      SIZE     INODES \nc1       50.0 MiB 0      '),
  ).toEqual([{ snapshotter: 'overlayfs', key: 'c1', size: 52_428_800 }]);
  expect(
    ran(
      containerd,
      'lease',
      ['ctr', 'leases', 'ls'],
      'ID    CREATED AT           LABELS \n17-x  2024-05-01T10:00:00Z containerd.io/gc.expire=2024-05-02T10:00:00Z',
    ),
  ).toEqual([{ id: '17-x', createdAt: '2024-05-01T10:00:00Z', expires: '2024-05-02T10:00:00Z' }]);
});

test('versions: of the server, not of the client', () => {
  expect(
    ran(containerd, 'engine', ['ctr', 'version'], 'Client:\n  Version:  1.0.0\n\nServer:\n  Version:  1.6.20~ds1\n'),
  ).toEqual([{ engine: 'containerd', version: '1.6.20~ds1' }]);
  expect(ran(containerd, 'engine', ['docker', 'version'], 'Server:\n  Version:  1.6.20\n')).toEqual([]);
  expect(
    ran(
      containerd,
      'engine',
      ['containerd', '--version'],
      'containerd github.com/containerd/containerd v1.7.2 0cae528',
    ),
  ).toEqual([{ engine: 'containerd', version: '1.7.2' }]);
});

test('crictl', () => {
  const fs = {
    status: {
      imageFilesystems: [
        {
          fsId: { mountpoint: '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs' },
          usedBytes: { value: '123456' },
          inodesUsed: { value: '9' },
        },
      ],
    },
  };
  expect(ran(containerd, 'directory-size', ['crictl', 'imagefsinfo'], JSON.stringify(fs))).toEqual([
    { path: '/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs', bytes: 123_456 },
  ]);
  expect(ran(containerd, 'engine', ['crictl', 'imagefsinfo'], JSON.stringify(fs))).toEqual([
    { engine: 'containerd', root: '/var/lib/containerd', driver: 'overlayfs' },
  ]);
  expect(
    ran(
      containerd,
      'engine',
      ['crictl', 'info'],
      '{"config":{"containerd":{"snapshotter":"devmapper"},"containerdRootDir":"/srv/c"}}',
    ),
  ).toEqual([{ engine: 'containerd', driver: 'devmapper', root: '/srv/c' }]);
  expect(
    ran(containerd, 'image', ['crictl', 'images'], '{"images":[{"id":"sha256:ab","repoTags":[],"size":"77"}]}'),
  ).toEqual([{ engine: 'containerd', id: 'ab', tags: [], size: 77, dangling: true }]);
  expect(
    ran(
      containerd,
      'container',
      ['crictl', 'stats'],
      '{"stats":[{"attributes":{"id":"c9","metadata":{"name":"web"}},"writableLayer":{"usedBytes":{"value":"5"}}}]}',
    ),
  ).toEqual([{ engine: 'containerd', id: 'c9', name: 'web', writable: 5 }]);
});

test('not asked where Docker drives containerd', () => {
  const daemon = (program: string) =>
    ['process', { pid: 3, program, args: [] }] as ['process', { pid: number; program: string; args: string[] }];
  expect(containerd.asks?.(known(daemon('containerd'), daemon('dockerd')))).toEqual([]);
  expect(containerd.asks?.(known(daemon('containerd')))).not.toEqual([]);
});
