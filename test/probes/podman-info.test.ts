import { expect, test } from 'vitest';
import { podmanInfo } from '../../src/probes/podman-info.ts';
import { known, pasted, ran } from './scan.ts';

const YAML = `host:
  distribution:
    distribution: fedora
    version: "39"
  freeLocks: 2048
  kernel: 6.5.6
  security:
    rootless: true
store:
  graphDriverName: overlay
  graphRoot: /home/ada/.local/share/containers/storage
  graphRootAllocated: 2080374784
  graphRootUsed: 133984256
  graphStatus:
    Backing Filesystem: xfs
    Supports d_type: "true"
version:
  APIVersion: 4.3.1
  Version: 4.3.1`;

const WANTED = {
  engine: 'podman',
  version: '4.3.1',
  driver: 'overlay',
  root: '/home/ada/.local/share/containers/storage',
  backingFileSystem: 'xfs',
  rootless: true,
  freeLocks: 2048,
  rootSize: 2_080_374_784,
  rootUsed: 133_984_256,
  supportsDType: true,
};

test('YAML, and with its indentation lost', () => {
  expect(ran(podmanInfo, 'engine', ['podman', 'info'], YAML)).toMatchObject([WANTED]);
  expect(pasted(podmanInfo, 'engine', YAML.replace(/^ +/gm, ''))).toMatchObject([WANTED]);
});

test('JSON', () => {
  const body = JSON.stringify({
    host: { freeLocks: 2048, security: { rootless: true } },
    store: {
      graphDriverName: 'overlay',
      graphRoot: WANTED.root,
      graphRootAllocated: 2_080_374_784,
      graphRootUsed: 133_984_256,
      graphStatus: { 'Backing Filesystem': 'xfs', 'Supports d_type': 'true' },
    },
    version: { Version: '4.3.1' },
  });
  expect(ran(podmanInfo, 'engine', ['podman', 'info', '--format', 'json'], body)).toMatchObject([WANTED]);
});

test('podman 1 wrote its keys in capitals; lines of JSON cut out of the middle do as well', () => {
  expect(
    pasted(podmanInfo, 'engine', 'store:\n  GraphDriverName: vfs\n  GraphRoot: /var/lib/containers/storage'),
  ).toEqual([{ engine: 'podman', driver: 'vfs', root: '/var/lib/containers/storage' }]);
  expect(pasted(podmanInfo, 'engine', '    "graphDriverName": "overlay",\n    "graphRoot": "/srv/x",')).toEqual([
    { engine: 'podman', driver: 'overlay', root: '/srv/x' },
  ]);
});

test('no free locks left', () => {
  expect(pasted(podmanInfo, 'engine', '  freeLocks: 0')).toEqual([{ engine: 'podman', freeLocks: 0 }]);
});

test('asked only where podman has left a trace; sizes only with --deep', () => {
  expect(podmanInfo.asks?.(known())).toEqual([]);
  const asks =
    podmanInfo.asks?.(known(['process', { pid: 9, program: 'conmon', args: [] }], ['engine', { engine: 'podman' }])) ??
    [];
  expect(asks.filter((ask) => ask.kind === 'run' && ask.argv.includes('--size')).every((ask) => ask.deep)).toBe(true);
});
