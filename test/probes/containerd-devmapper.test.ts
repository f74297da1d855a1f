import { expect, test } from 'vitest';
import { containerdDevmapper } from '../../src/probes/containerd-devmapper.ts';
import { boltFile } from '../formats/bolt/files.ts';
import { known, ran } from './scan.ts';

const DIRECTORY = '/var/lib/containerd/io.containerd.snapshotter.v1.devmapper';
const POOL_DB = `${DIRECTORY}/containerd-pool.db`;
const SNAPSHOTS_DB = `${DIRECTORY}/metadata.db`;
const printed = (name: Parameters<typeof boltFile>[0]) =>
  Buffer.from(boltFile(name)).toString('base64').replace(/.{76}/g, '$&\n');

test('devices of POOL.db, numbers of metadata.db', () => {
  const devices = ran(containerdDevmapper, 'containerd-dm-device', ['base64', POOL_DB], printed('containerd-pool.db'));
  expect(devices).toHaveLength(11);
  expect(devices).toContainEqual({
    file: POOL_DB,
    name: 'containerd-pool-snap-12',
    deviceId: 12,
    size: 268_435_456,
    state: 4,
  });
  expect(
    ran(containerdDevmapper, 'containerd-dm-snapshots', ['base64', SNAPSHOTS_DB], printed('metadata.db')),
  ).toMatchObject([{ file: SNAPSHOTS_DB, last: 11, ids: expect.arrayContaining([1, 2, 3, 4, 6, 7, 8, 9, 10, 11]) }]);
});

test('what is no database, or half of one, tells nothing', () => {
  const half = printed('metadata.db').slice(0, 20_000);
  expect(ran(containerdDevmapper, 'containerd-dm-snapshots', ['base64', SNAPSHOTS_DB], half)).toEqual([]);
  expect(ran(containerdDevmapper, 'containerd-dm-device', ['base64', POOL_DB], 'no base64 at all')).toEqual([]);
  expect(ran(containerdDevmapper, 'containerd-dm-device', ['base64', '/x/meta.db'], printed('metadata.db'))).toEqual(
    [],
  );
});

test("how old a file is, by its own host's clock", () => {
  const argv = ['stat', '-c', '%Y %n', POOL_DB, SNAPSHOTS_DB, '/proc/self/stat'];
  const answer = `1795245923 ${POOL_DB}\n1795246050 ${SNAPSHOTS_DB}\n1795246010 /proc/self/stat\n`;
  expect(ran(containerdDevmapper, 'file-age', argv, answer)).toEqual([
    { path: POOL_DB, seconds: 87 },
    { path: SNAPSHOTS_DB, seconds: 0 },
  ]);
  expect(ran(containerdDevmapper, 'file-age', argv, answer.split('\n').slice(0, 2).join('\n'))).toEqual([]);
});

test('asked where the configuration says; the times after the contents', () => {
  const config = (settings: object, more: object = {}) =>
    [
      'engine-config',
      {
        file: '/etc/containerd/config.toml',
        engine: 'containerd',
        values: { ...more, plugins: { 'io.containerd.snapshotter.v1.devmapper': settings } },
      },
    ] as const;
  const asked = (...facts: Parameters<typeof known>) =>
    containerdDevmapper.asks?.(known(...facts)).map((ask) => (ask.kind === 'run' ? ask.argv.join(' ') : ''));
  expect(asked()).toEqual([]);
  expect(asked(config({ root_path: '/dm' }))).toEqual([]);
  expect(asked(config({ pool_name: 'containerd-pool' }))).toEqual([`base64 ${POOL_DB}`, `base64 ${SNAPSHOTS_DB}`]);
  expect(asked(config({ pool_name: 'p' }, { root: '/data' }))?.[0]).toBe(
    'base64 /data/io.containerd.snapshotter.v1.devmapper/p.db',
  );
  expect(
    asked(config({ pool_name: 'p', root_path: '/dm' }), [
      'containerd-dm-device',
      { file: '/dm/p.db', name: 'p-snap-1', deviceId: 1, size: 1, state: 4 },
    ]),
  ).toEqual(['base64 /dm/p.db', 'base64 /dm/metadata.db', 'stat -c %Y %n /dm/p.db /dm/metadata.db /proc/self/stat']);
});
