import { expect, test } from 'vitest';
import { dockerContainers } from '../../src/probes/docker-containers.ts';
import { known, pasted, ran } from './scan.ts';

const ID = 'a'.repeat(64);

test('inspect: log options, shared memory, graph driver data', () => {
  const body = JSON.stringify([
    {
      Id: ID,
      Name: '/web',
      State: { Status: 'running', Pid: 4711 },
      Image: 'sha256:1234',
      Config: { Image: 'app:1' },
      LogPath: `/var/lib/docker/containers/${ID}/${ID}-json.log`,
      HostConfig: {
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m' } },
        ShmSize: 67_108_864,
        ReadonlyRootfs: false,
        StorageOpt: { size: '20G' },
      },
      GraphDriver: { Name: 'devicemapper', Data: { DeviceId: '7', DeviceName: 'docker-8:1-2-abc' } },
      SizeRw: -1,
      Mounts: [{ Type: 'volume', Source: '/v/_data', Destination: '/data', RW: false }],
    },
  ]);
  expect(ran(dockerContainers, 'container', ['docker', 'inspect', 'web'], body)).toEqual([
    {
      engine: 'docker',
      id: ID,
      name: 'web',
      image: 'app:1',
      state: 'running',
      pid: 4711,
      driver: 'devicemapper',
      driverData: { DeviceId: '7', DeviceName: 'docker-8:1-2-abc' },
      logPath: `/var/lib/docker/containers/${ID}/${ID}-json.log`,
      logDriver: 'json-file',
      logMaxSize: '10m',
      shmSize: 67_108_864,
      readOnly: false,
      storageOptSize: '20G',
      mounts: [{ type: 'volume', source: '/v/_data', destination: '/data', readOnly: true }],
    },
  ]);
});

test('no limit on the log is said as an empty text', () => {
  const body = JSON.stringify({ Id: ID, State: {}, HostConfig: { LogConfig: { Type: 'json-file', Config: {} } } });
  expect(ran(dockerContainers, 'container', ['docker', 'inspect'], body)).toMatchObject([
    { logDriver: 'json-file', logMaxSize: '' },
  ]);
});

test('the API list leaves SizeRw out when it is 0, but only where it measured', () => {
  const one = { Id: ID, Names: ['/db'], Image: 'pg', State: 'exited', Status: 'Exited (0) 2 days ago' };
  expect(ran(dockerContainers, 'container', ['curl'], JSON.stringify([{ ...one, SizeRootFs: 100 }]))).toMatchObject([
    { writable: 0, virtual: 100 },
  ]);
  expect(ran(dockerContainers, 'container', ['curl'], JSON.stringify([one]))[0]?.writable).toBeUndefined();
});

test('rows of docker ps, collapsed or not, with sizes', () => {
  const text = `CONTAINER ID   IMAGE       COMMAND                  CREATED        STATUS                      PORTS                  NAMES     SIZE
0b126c4d8e17   busybox:1   "sleep 100000"           3 weeks ago    Up 3 minutes (healthy)      0.0.0.0:80->80/tcp     batch     12.6MB (virtual 14.6MB)
f34cee76e36a xx/kubesql "kubesql-server" 3 weeks ago Exited (137) 3 hours ago kubesql-server
d032978f8c10   busybox:1   "sleep 1"                2 hours ago    Created                                            db        -1B (virtual 1.98MB)`;
  expect(pasted(dockerContainers, 'container', text)).toEqual([
    {
      engine: 'docker',
      id: '0b126c4d8e17',
      name: 'batch',
      image: 'busybox:1',
      state: 'running',
      status: 'Up 3 minutes (healthy)',
      writable: 12_600_000,
      virtual: 14_600_000,
    },
    {
      engine: 'docker',
      id: 'f34cee76e36a',
      name: 'kubesql-server',
      image: 'xx/kubesql',
      state: 'exited',
      status: 'Exited (137) 3 hours ago',
    },
    {
      engine: 'docker',
      id: 'd032978f8c10',
      name: 'db',
      image: 'busybox:1',
      state: 'created',
      status: 'Created',
      virtual: 1_980_000,
    },
  ]);
});

test('system df -v prints the size before the age', () => {
  expect(
    pasted(
      dockerContainers,
      'container',
      '9003f00637c7   bb:base   "sh -c dd"   0   12.6MB   14 seconds ago   Exited (3) 13 seconds ago   exited1',
    ),
  ).toMatchObject([{ name: 'exited1', writable: 12_600_000 }]);
});

test('podman ps as JSON', () => {
  const body = JSON.stringify([
    {
      Id: ID,
      Names: ['web'],
      Image: 'bb',
      State: 'running',
      Status: 'Up 4 seconds ago',
      Pid: 20,
      IsInfra: false,
      Size: { rootFsSize: 10, rwSize: 3 },
    },
  ]);
  expect(ran(dockerContainers, 'container', ['podman', 'ps'], body)).toEqual([
    {
      engine: 'podman',
      id: ID,
      name: 'web',
      image: 'bb',
      state: 'running',
      status: 'Up 4 seconds ago',
      pid: 20,
      writable: 3,
      virtual: 10,
    },
  ]);
});

test('a line that begins with a hash but is no container', () => {
  expect(
    pasted(
      dockerContainers,
      'container',
      '0b126c4d8e17 fix the build two days ago\ndeadbeefcafe Merge branch Up 3 minutes',
    ),
  ).toEqual([]);
});

test('looks into at most 50 containers, running ones first', () => {
  const list = Array.from(
    { length: 80 },
    (_, index) =>
      [
        'container',
        { engine: 'docker', id: index.toString(16).padStart(64, '0'), state: index < 70 ? 'exited' : 'running' },
      ] as ['container', { engine: 'docker'; id: string; state: string }],
  );
  const asks = dockerContainers.asks?.(known(['engine', { engine: 'docker', socket: '/s' }], ...list)) ?? [];
  expect(asks).toHaveLength(51);
  expect(asks[1]).toMatchObject({ path: `/containers/${(70).toString(16).padStart(64, '0')}/json` });
});
