import { expect, test } from 'vitest';
import { dockerInfo } from '../../src/probes/docker-info.ts';
import { known, pasted, ran } from './scan.ts';

const LOOP = `Containers: 4
Images: 31
Storage Driver: devicemapper
 Pool Name: docker-8:1-271-pool
 Pool Blocksize: 65.54 kB
 Backing Filesystem: extfs
 Data file: /dev/loop0
 Metadata file: /dev/loop1
 Data Space Used: 11.8 MB
 Data Space Total: 107.4 GB
 Data Space Available: 7.433 GB
 Metadata Space Used: 581.6 kB
 Metadata Space Total: 2.147 GB
 Metadata Space Available: 2.147 GB
 Udev Sync Supported: true
 Deferred Removal Enabled: false
 Data loop file: /var/lib/docker/devicemapper/devicemapper/data
 Metadata loop file: /var/lib/docker/devicemapper/devicemapper/metadata
 Library Version: 1.02.107 (2016-06-09)
Execution Driver: native-0.2
Kernel Version: 3.10.0-327.el7.x86_64
Operating System: CentOS Linux 7 (Core)
WARNING: bridge-nf-call-iptables is disabled`;

test('reads an old loop-lvm daemon, with how far its rounded sizes may be off', () => {
  const [engine] = ran(dockerInfo, 'engine', ['docker', 'info'], LOOP);
  expect(engine).toMatchObject({
    engine: 'docker',
    driver: 'devicemapper',
    containers: 4,
    images: 31,
    kernel: '3.10.0-327.el7.x86_64',
    warnings: ['WARNING: bridge-nf-call-iptables is disabled'],
  });
  const [dm] = ran(dockerInfo, 'docker-dm', ['docker', 'info'], LOOP);
  expect(dm).toMatchObject({
    poolName: 'docker-8:1-271-pool',
    blockSize: 65_540,
    dataFile: '/dev/loop0',
    dataLoopFile: '/var/lib/docker/devicemapper/devicemapper/data',
    dataUsed: 11_800_000,
    dataTotal: 107_400_000_000,
    dataAvailable: 7_433_000_000,
    metadataTotal: 2_147_000_000,
    resolution: 50_000_000,
    metadataResolution: 500_000,
    deferredRemoval: false,
  });
});

test('Docker 1.6 and older print the sparse file where later ones print the loop device', () => {
  const [dm] = pasted(
    dockerInfo,
    'docker-dm',
    ' Pool Name: docker-8:1-2-pool\n Data file: /var/lib/docker/devicemapper/devicemapper/data\n Data Space Used: 1 GB',
  );
  expect(dm).toMatchObject({ dataLoopFile: '/var/lib/docker/devicemapper/devicemapper/data' });
});

test('trailing zeros that Docker drops do not make a size less exact', () => {
  const [dm] = pasted(dockerInfo, 'docker-dm', ' Data Space Total: 204 GB\n Data Space Used: 20 GB');
  expect(dm?.resolution).toBe(50_000_000);
});

test('`docker info | grep Space` alone is enough for the pool, with Markdown marks and warnings around', () => {
  const text = `# docker info | grep Space
WARNING: bridge-nf-call-iptables is disabled
 Data Space Used: 96.64GB
 Data Space Total: 96.64GB
 **Data Space Available: 0B**
 Metadata Space Used: 6.013MB
 Thin Pool Minimum Free Space: 9.664GB`;
  expect(pasted(dockerInfo, 'docker-dm', text)).toEqual([
    {
      dataUsed: 96_640_000_000,
      dataTotal: 96_640_000_000,
      dataAvailable: 0,
      metadataUsed: 6_013_000,
      minimumFree: 9_664_000_000,
      resolution: 5_000_000,
      metadataResolution: 500,
    },
  ]);
  expect(pasted(dockerInfo, 'engine', text)).toEqual([]);
});

test('lost line breaks', () => {
  const text =
    'Storage Driver: devicemapper Pool Name: docker-pool Pool Blocksize: 524.3 kB Backing Filesystem: xfs Data file: Metadata file: Data Space Used: 20.4 GB Data Space Total: 20.4 GB Metadata Space Used: 5 MB';
  expect(pasted(dockerInfo, 'docker-dm', text)).toMatchObject([
    {
      poolName: 'docker-pool',
      backingFileSystem: 'xfs',
      dataFile: '',
      dataUsed: 20_400_000_000,
      dataTotal: 20_400_000_000,
      metadataUsed: 5_000_000,
    },
  ]);
});

test('a session that prints it twice gives two records, each with its own driver and pool', () => {
  const engines = pasted(
    dockerInfo,
    'engine',
    `[root@n1 ~]# docker info\n${LOOP}\n[root@n1 ~]# docker info\nServer Version: 19.03.5\nStorage Driver: overlay2\n Backing Filesystem: xfs\n Supports d_type: true`,
  );
  expect(engines.map((one) => one.driver)).toEqual(['devicemapper', 'overlay2']);
  expect(engines[1]).toMatchObject({ version: '19.03.5', backingFileSystem: 'xfs', supportsDType: true });
  expect(engines[1]?.containers).toBeUndefined();
});

test('Docker 20 to 29: client part, indentation, rootless, containerd image store', () => {
  const text = `Client: Docker Engine - Community
 Version:    29.0.1
 Context:    rootless

Server:
 Containers: 3
  Running: 2
 Images: 12
 Server Version: 29.0.1
 Storage Driver: overlayfs
  driver-type: io.containerd.snapshotter.v1
 Logging Driver: json-file
 Security Options:
  seccomp
   Profile: builtin
  rootless
 Kernel Version: 6.12.9
 Docker Root Dir: /home/ada/.local/share/docker`;
  expect(ran(dockerInfo, 'engine', ['docker', 'info'], text)).toMatchObject([
    {
      version: '29.0.1',
      driver: 'overlayfs',
      driverType: 'io.containerd.snapshotter.v1',
      rootless: true,
      containers: 3,
      running: 2,
      root: '/home/ada/.local/share/docker',
    },
  ]);
});

test('the API: status pairs become the pool, and the socket that answered is kept', () => {
  const body = JSON.stringify({
    Driver: 'devicemapper',
    DriverStatus: [
      ['Pool Name', 'docker-thinpool'],
      ['Data Space Used', '2.684GB'],
      ['Data Space Total', '2.684GB'],
      ['Deferred Deletion Enabled', 'true'],
    ],
    DockerRootDir: '/var/lib/docker',
    ServerVersion: '20.10.24',
    Containers: 4,
    SecurityOptions: ['name=seccomp,profile=default', 'name=userns'],
  });
  const argv = ['curl', '-s', '--unix-socket', '/run/docker.sock', 'http://localhost/info'];
  expect(ran(dockerInfo, 'engine', argv, body)).toMatchObject([
    { driver: 'devicemapper', root: '/var/lib/docker', socket: '/run/docker.sock', userns: true },
  ]);
  expect(ran(dockerInfo, 'docker-dm', argv, body)).toMatchObject([
    { poolName: 'docker-thinpool', dataUsed: 2_684_000_000, deferredDeletion: true },
  ]);
});

test('prose that names the settings is no docker info', () => {
  expect(
    pasted(
      dockerInfo,
      'engine',
      'The Images: section of the manual and Containers: 5 tips. Kernel Version: which do you run?',
    ),
  ).toEqual([]);
});

test('asks the default socket, and those of running daemons', () => {
  const facts = known([
    'process',
    { pid: 4, program: 'dockerd', args: ['-H', 'unix:///run/second.sock', '-H', 'unix:///var/run/docker.sock'] },
  ]);
  const sockets = dockerInfo.asks?.(facts).map((ask) => (ask.kind === 'get' ? ask.socket : ''));
  expect(sockets).toEqual(['/var/run/docker.sock', '/run/second.sock']);
});

test('what the client prints when no daemon answers is no engine', () => {
  const empty =
    '{"ID":"","Containers":0,"Images":0,"Driver":"","DriverStatus":null,"DockerRootDir":"","ServerVersion":"","ServerErrors":["Cannot connect"]}';
  expect(ran(dockerInfo, 'engine', ['docker', '-H', 'unix:///var/run/docker.sock', 'info'], empty)).toEqual([]);
});
