import { expect, test } from 'vitest';
import { dockerDirs } from '../../src/probes/docker-dirs.ts';
import { file, known, pasted, ran } from './scan.ts';

const CONTAINER = '1'.repeat(64);
const LAYER = '2'.repeat(64);
const JSON_TEXT = '{"device_id":34709,"size":10737418240,"transaction_id":844170,"initialized":false,"deleted":false}';
const DEVICE = {
  hash: LAYER,
  deviceId: 34_709,
  size: 10_737_418_240,
  transactionId: 844_170,
  initialized: false,
  deleted: false,
};

test('the thin volume of a layer, however it was printed', () => {
  const root = '/var/lib/docker/devicemapper/metadata';
  expect(
    pasted(dockerDirs, 'docker-dm-device', `[root@a docker]# cat devicemapper/metadata/${LAYER}\n${JSON_TEXT}`),
  ).toEqual([DEVICE]);
  expect(
    ran(dockerDirs, 'docker-dm-device', ['sh', '-c', 'for f …'], `== ${LAYER}\n${JSON_TEXT}\n== base\n${JSON_TEXT}`),
  ).toEqual([DEVICE, { ...DEVICE, hash: 'base' }]);
  expect(ran(dockerDirs, 'docker-dm-device', ['grep', '-rHs', '.', root], `${root}/${LAYER}:${JSON_TEXT}`)).toEqual([
    { ...DEVICE, root: '/var/lib/docker' },
  ]);
  expect(file(dockerDirs, 'docker-dm-device', `${root}/${LAYER}`, JSON_TEXT)).toEqual([
    { ...DEVICE, root: '/var/lib/docker' },
  ]);
});

test('files beside them that hold no device', () => {
  expect(
    pasted(
      dockerDirs,
      'docker-dm-device',
      '== transaction-metadata\n{"open_transaction_id":3,"device_hash":"x","device_id":4}',
    ),
  ).toEqual([]);
});

test('the layer of a container, however it was printed', () => {
  const wanted = [{ container: CONTAINER, mountId: LAYER, initId: `${LAYER}-init` }];
  expect(
    pasted(dockerDirs, 'docker-mount-id', `# cat image/devicemapper/layerdb/mounts/${CONTAINER}/mount-id\n${LAYER}`),
  ).toEqual([{ container: CONTAINER, mountId: LAYER }]);
  expect(
    ran(
      dockerDirs,
      'docker-mount-id',
      ['sh'],
      `== ${CONTAINER}/init-id\n${LAYER}-init\n== ${CONTAINER}/mount-id\n${LAYER}`,
    ),
  ).toEqual(wanted);
  expect(
    ran(
      dockerDirs,
      'docker-mount-id',
      ['bash'],
      `mounts/${CONTAINER}/mount-id=${LAYER}\nmounts/${CONTAINER}/init-id=${LAYER}-init`,
    ),
  ).toEqual(wanted);
  expect(
    ran(
      dockerDirs,
      'docker-mount-id',
      ['grep'],
      `/r/mounts/${CONTAINER}/init-id:${LAYER}-init\n/r/mounts/${CONTAINER}/mount-id:${LAYER}\n/r/mounts/${CONTAINER}/parent:sha256:1`,
    ),
  ).toEqual(wanted);
});

test('asked of every data root: a daemon without the driver is silent about what it left behind', () => {
  const asked = (...facts: Parameters<typeof known>) =>
    dockerDirs.asks?.(known(...facts)).flatMap((ask) => (ask.kind === 'run' ? ask.argv.at(-1) : []));
  const usual = ['/var/lib/docker/devicemapper/metadata', '/var/lib/docker/image/devicemapper/layerdb/mounts'];
  expect(asked()).toEqual(usual);
  for (const driver of ['devicemapper', 'overlay2'])
    expect(asked(['engine', { engine: 'docker', driver, root: '/r' }])).toEqual([
      ...usual,
      '/r/devicemapper/metadata',
      '/r/image/devicemapper/layerdb/mounts',
    ]);
  expect(
    asked([
      'engine-config',
      { file: '/etc/docker/daemon.json', engine: 'docker', values: { 'data-root': '/var/lib/docker', graph: '/g' } },
    ]),
  ).toEqual([...usual, '/g/devicemapper/metadata', '/g/image/devicemapper/layerdb/mounts']);
});
