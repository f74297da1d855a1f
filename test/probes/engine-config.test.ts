import { expect, test } from 'vitest';
import { engineConfig } from '../../src/probes/engine-config.ts';
import { file, known, pasted, ran } from './scan.ts';

test('each format by its file', () => {
  expect(file(engineConfig, 'engine-config', '/etc/docker/daemon.json', '{"storage-driver":"devicemapper"}')).toEqual([
    { file: '/etc/docker/daemon.json', engine: 'docker', values: { 'storage-driver': 'devicemapper' } },
  ]);
  expect(
    file(
      engineConfig,
      'engine-config',
      '/etc/containers/storage.conf',
      '[storage]\ndriver = "overlay"\ngraphroot = "/srv/c"',
    ),
  ).toMatchObject([{ engine: 'podman', values: { storage: { driver: 'overlay', graphroot: '/srv/c' } } }]);
  expect(
    ran(
      engineConfig,
      'engine-config',
      ['cat', '/etc/containerd/config.toml'],
      'version = 2\n[plugins."io.containerd.snapshotter.v1.devmapper"]\npool_name = "p"',
    ),
  ).toMatchObject([{ engine: 'containerd', values: { version: 2 } }]);
  expect(
    file(
      engineConfig,
      'engine-config',
      '/var/lib/kubelet/config.yaml',
      'kind: KubeletConfiguration\nevictionHard:\n  nodefs.available: 10%',
    ),
  ).toMatchObject([{ engine: 'kubelet', values: { evictionHard: { 'nodefs.available': '10%' } } }]);
});

test('a file that cannot be read as what it is', () => {
  expect(file(engineConfig, 'engine-config', '/etc/docker/daemon.json', '{"a": 1,}')[0]?.broken).toBeTruthy();
  expect(file(engineConfig, 'engine-config', '/etc/containerd/config.toml', 'a = = b')[0]?.broken).toBeTruthy();
  expect(file(engineConfig, 'engine-config', '/etc/docker/daemon.json', '')).toEqual([]);
});

test('pasted with its command, or alone', () => {
  const json = '{\n  "storage-driver": "overlay2",\n  "log-opts": { "max-size": "10m" }\n}';
  expect(
    pasted(engineConfig, 'engine-config', `[root@a ~]# cat /etc/docker/daemon.json\n${json}\n[root@a ~]# ls`),
  ).toEqual([
    {
      file: '/etc/docker/daemon.json',
      engine: 'docker',
      values: { 'storage-driver': 'overlay2', 'log-opts': { 'max-size': '10m' } },
    },
  ]);
  expect(pasted(engineConfig, 'engine-config', `My settings:\n${json}\nthanks`)).toMatchObject([
    { file: 'daemon.json', values: { 'storage-driver': 'overlay2' } },
  ]);
  expect(pasted(engineConfig, 'engine-config', '{"graph": "x", "Title": 4}')).toEqual([]);
});

test('secrets are masked', () => {
  const [config] = file(
    engineConfig,
    'engine-config',
    '/etc/docker/daemon.json',
    '{"log-opts":{"splunk-token":"abc"},"proxies":{"http-proxy":"http://ada:pw@proxy:1"}}',
  );
  expect(JSON.stringify(config)).not.toMatch(/abc|ada:pw/);
});

test('asks for the files that daemons were started with', () => {
  const asks = engineConfig.asks?.(
    known(
      ['process', { pid: 1, program: 'dockerd', args: ['--config-file', '/srv/d.json'] }],
      ['process', { pid: 2, program: 'kubelet', args: ['--config=/srv/k.yaml'] }],
    ),
  );
  expect(asks?.map((ask) => (ask.kind === 'read' ? ask.path : ''))).toEqual(
    expect.arrayContaining(['/etc/docker/daemon.json', '/srv/d.json', '/srv/k.yaml']),
  );
});
