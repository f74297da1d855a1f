import { expect, test } from 'vitest';
import { dockerVersion } from '../../src/probes/docker-version.ts';
import { known, pasted, ran } from './scan.ts';

test("the daemon's program says its version, and nobody else is taken for it", () => {
  expect(
    ran(dockerVersion, 'engine', ['dockerd', '--version'], 'Docker version 26.1.5+dfsg1, build 411e817\n'),
  ).toEqual([{ engine: 'docker', version: '26.1.5+dfsg1' }]);
  expect(ran(dockerVersion, 'engine', ['docker', '--version'], 'Docker version 26.1.5+dfsg1, build a72d7cd\n')).toEqual(
    [],
  );
  expect(pasted(dockerVersion, 'engine', 'Docker version 26.1.5, build a72d7cd')).toEqual([]);
});

test('asked where no daemon answers and something depends on its version', () => {
  const config = {
    file: '/etc/docker/daemon.json',
    engine: 'docker',
    values: { 'storage-driver': 'devicemapper' },
  } as const;
  expect(dockerVersion.asks?.(known())).toEqual([]);
  expect(dockerVersion.asks?.(known(['engine-config', config]))).toMatchObject([{ argv: ['dockerd', '--version'] }]);
  expect(dockerVersion.asks?.(known(['docker-dm-device', { hash: 'base', deviceId: 1, size: 1 }]))).toHaveLength(1);
  expect(
    dockerVersion.asks?.(known(['engine-config', config], ['engine', { engine: 'docker', driver: 'devicemapper' }])),
  ).toEqual([]);
});
