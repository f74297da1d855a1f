import { describe, expect, it } from 'vitest';
import { devicemapperRemovedFromDocker } from '../../src/causes/devicemapper-removed-from-docker.ts';
import { dmThinDataFull } from '../../src/causes/dm-thin-data-full.ts';
import { dockerDmBasesize } from '../../src/causes/docker-dm-basesize.ts';
import { dockerDmLeakedThinDevices } from '../../src/causes/docker-dm-leaked-thin-devices.ts';
import { dockerDmLoopLvm } from '../../src/causes/docker-dm-loop-lvm.ts';
import { dockerDmMinFreeSpace } from '../../src/causes/docker-dm-min-free-space.ts';
import { dockerDmWrongDeviceRemoved } from '../../src/causes/docker-dm-wrong-device-removed.ts';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { loopFileOnFullBackingFs } from '../../src/causes/loop-file-on-full-backing-fs.ts';
import { thinPoolAlreadyUsed } from '../../src/causes/thin-pool-already-used.ts';
import type { Fact } from '../../src/probes/fact.ts';
import type { DockerDeviceMapper } from '../../src/probes/facts/device-mapper.ts';
import { probes } from '../../src/probes/index.ts';
import { buildStack } from '../../src/stack/build.ts';
import { best, df, enospc, fact, GIB, host, inOrder, MIB, mentions, text } from './thin-scene.ts';

const loop = (more: Partial<DockerDeviceMapper>): Fact =>
  fact('docker-dm', {
    poolName: 'docker-8:1-77-pool',
    dataFile: '/dev/loop0',
    dataLoopFile: '/var/lib/docker/devicemapper/devicemapper/data',
    dataTotal: 107.4e9,
    dataUsed: 10e9,
    resolution: 5e7,
    ...more,
  });
const refusal = (kind: string, free: number, required: number): Fact =>
  fact(
    'message',
    { id: 'docker-thin-pool-min-free', params: { kind, free, required } },
    `Thin Pool has ${free} free ${kind} blocks`,
  );
const first = (pasted: string) => explainText(pasted, probes, causes).findings[0];

describe('docker-dm-min-free-space', () => {
  it("is confirmed by the daemon's numbers", () => {
    expect(best(dockerDmMinFreeSpace, text(refusal('data', 900, 1300)))?.confidence).toBe('confirmed');
    expect(dmThinDataFull.find(text(refusal('data', 900, 1300)))).toEqual([]);
  });

  it('gives way to a full pool when nothing is free', () => {
    expect(best(dmThinDataFull, text(refusal('data', 0, 1300)))?.confidence).toBe('confirmed');
    expect(best(dockerDmMinFreeSpace, text(refusal('data', 0, 1300)))?.confidence).toBe('likely');
    expect(dmThinDataFull.find(text(refusal('metadata', 0, 1300)))).toEqual([]);
  });

  it('looks at the pool and not at Available, which the disk below caps', () => {
    const scene = host(loop({ dataAvailable: 7.4e9, minimumFree: 10.74e9 }));
    expect(dockerDmMinFreeSpace.find(scene)).toEqual([]);
    expect(best(loopFileOnFullBackingFs, scene)).toMatchObject({ confidence: 'likely', severity: 'warning' });
  });

  it('is seen in docker info alone', () => {
    const info = fact('docker-dm', {
      poolName: 'p',
      dataUsed: 71e9,
      dataTotal: 76e9,
      dataAvailable: 5e9,
      minimumFree: 7.6e9,
      resolution: 5e6,
    });
    expect(best(dockerDmMinFreeSpace, host(info))?.confidence).toBe('confirmed');
    expect(best(dockerDmMinFreeSpace, text(info))?.confidence).toBe('likely');
  });

  it('comes second when less than one percent is left', () => {
    const finding = first(
      ' Data Space Used: 49.71 GB\n Data Space Total: 50.01 GB\n Data Space Available: 300.2 MB\n Thin Pool Minimum Free Space: 5.001 GB\n',
    );
    expect(finding?.cause).toBe('dm-thin-data-full');
    expect(finding?.confidence).toBe('likely');
  });
});

describe('loop-lvm', () => {
  it('is confirmed when the file has reached its size', () => {
    expect(best(dockerDmLoopLvm, text(loop({ dataUsed: 107.4e9 })))?.confidence).toBe('confirmed');
  });

  it('knows the default file by its size when docker info names none', () => {
    const bare = fact('docker-dm', {
      poolName: 'docker-8:1-77-pool',
      dataFile: '',
      dataUsed: 107.4e9,
      dataTotal: 107.4e9,
      resolution: 5e7,
    });
    expect(best(dockerDmLoopLvm, text(bare))?.confidence).toBe('confirmed');
    const device = fact('docker-dm', {
      poolName: 'docker-thinpool',
      dataUsed: 107.4e9,
      dataTotal: 107.4e9,
      resolution: 5e7,
    });
    expect(dockerDmLoopLvm.find(text(device))).toEqual([]);
  });

  it('shows the two lines of docker info that prove it', () => {
    const finding = first(
      'Storage Driver: devicemapper\n Pool Name: docker-8:1-77-pool\n Data file: /dev/loop0\n Data Space Used: 53.69 GB\n Data Space Total: 53.69 GB\n Metadata Space Used: 9 MB\n Metadata Space Total: 2.147 GB\n',
    );
    expect(finding?.evidence[0]?.quote).toBe('Data Space Used: 53.69 GB\nData Space Total: 53.69 GB');
  });

  it('is a notice while there is room', () => {
    expect(best(dockerDmLoopLvm, host(loop({})))).toMatchObject({ confidence: 'possible', severity: 'notice' });
  });

  it('is made larger first where it fills and the disk below has the room, and not where it has none', () => {
    const cures = (used: number, available: number) => {
      const scene = host(loop({ dataUsed: used }), df('/var/lib/docker', 500 * GIB, available, { type: 'xfs' }));
      return best(dockerDmLoopLvm, { ...scene, stack: buildStack(scene.facts) })?.remedies;
    };
    expect(cures(90e9, 300 * GIB)).toEqual(['grow-loop-pool', 'loop-to-direct-lvm', 'switch-to-overlay2']);
    expect(cures(10e9, 300 * GIB)).toEqual(['loop-to-direct-lvm', 'switch-to-overlay2', 'grow-loop-pool']);
    expect(cures(90e9, 30 * GIB)).toEqual(['loop-to-direct-lvm', 'switch-to-overlay2']);
  });

  it('is limited by the disk when nothing is available though the file has room', () => {
    expect(best(loopFileOnFullBackingFs, text(loop({ dataAvailable: 0 })))).toMatchObject({
      confidence: 'confirmed',
      severity: 'critical',
    });
    expect(loopFileOnFullBackingFs.find(text(loop({ dataAvailable: 97.4e9 })))).toEqual([]);
  });

  it('that promises many times its disk warns once that disk fills', () => {
    const on = (size: number, available: number) =>
      best(
        loopFileOnFullBackingFs,
        host(loop({ dataAvailable: available }), df('/var/lib/docker', size, available, { type: 'xfs' })),
      );
    expect(on(20 * GIB, 15 * GIB)).toMatchObject({ confidence: 'possible', severity: 'notice' });
    expect(on(20 * GIB, 3 * GIB)).toMatchObject({ confidence: 'likely', severity: 'warning' });
  });
});

describe('docker-dm-basesize', () => {
  const room = fact('dm-status', {
    name: 'docker-8:1-77-pool',
    start: 0,
    length: 128000,
    target: 'thin-pool',
    thinPool: {
      transactionId: 1,
      usedMetadata: 1,
      totalMetadata: 100,
      usedData: 200,
      totalData: 1000,
      mode: 'rw',
      discard: 'discard_passdown',
      whenFull: 'queue',
      needsCheck: false,
    },
  });

  it("is confirmed by the container's own df", () => {
    const row = df('/', 10 * GIB, 0, {
      filesystem: '/dev/mapper/docker-8:1-77-4f1e0c9ab2d3',
      inContainer: true,
      usePercent: 100,
    });
    expect(best(dockerDmBasesize, text(row))?.confidence).toBe('confirmed');
    expect(dockerDmBasesize.find(text(df('/', 10 * GIB, 0, { usePercent: 100 })))).toEqual([]);
  });

  it('names container, device id and size from the pivot_root error on', () => {
    const hash = 'ab12'.repeat(16);
    const finding = first(
      [
        `can't create pivot_root dir , error mkdir /srv/docker/devicemapper/mnt/${hash}/rootfs/.pivot_root77: no space left on device`,
        'CONTAINER ID IMAGE COMMAND CREATED STATUS PORTS NAMES',
        '0a1b2c3d4e5f registry/shop "serve" 2 weeks ago Exited (137) 2 hours ago shop-1',
        `# cat image/devicemapper/layerdb/mounts/${'0a1b2c3d4e5f'.padEnd(64, '7')}/mount-id`,
        hash,
        `# cat devicemapper/metadata/${hash}`,
        '{"device_id":812,"size":21474836480,"transaction_id":9,"initialized":false,"deleted":false}',
      ].join('\n'),
    );
    expect(finding?.cause).toBe('docker-dm-basesize');
    expect(finding?.subject).toContain('0a1b2c3d4e5f');
    expect(finding?.explanation).toMatch(/812/);
    expect(finding?.explanation).toMatch(/20 GiB/);
  });

  it('adds up what a container wrote against what its volume can hold', () => {
    const info = fact('docker-dm', {
      poolName: 'docker-8:1-77-pool',
      baseDeviceSize: 536.9e6,
      dataUsed: 500e6,
      dataTotal: 2147e6,
    });
    const mnt = 'cd34'.repeat(16);
    const other = df(`/var/lib/docker/devicemapper/mnt/${mnt}`, 448 * MIB, 448 * MIB - 32_000_000, {
      filesystem: '/dev/dm-1',
      type: 'xfs',
    });
    const known = [
      fact('docker-mount-id', { container: 'aaaa', mountId: mnt }),
      fact('container', { engine: 'docker', id: 'aaaa', name: 'other', state: 'running', virtual: 2_000_000 }),
    ];
    const filled = (virtual: number) =>
      fact('container', { engine: 'docker', id: 'bbbb', name: 'api', state: 'exited', virtual });
    expect(best(dockerDmBasesize, host(info, other, ...known, filled(438e6)))).toMatchObject({
      confidence: 'likely',
      subject: 'container api',
    });
    expect(dockerDmBasesize.find(host(info, other, ...known, filled(300e6)))).toEqual([]);
  });

  it('is likely for an image as large as the base device, and silent about small ones', () => {
    expect(
      best(dockerDmBasesize, text(enospc(), ...mentions('devicemapper', 'image-larger-than-10g')))?.confidence,
    ).toBe('likely');
    expect(dockerDmBasesize.find(text(enospc(), ...mentions('overlay2', 'image-larger-than-10g')))).toEqual([]);
  });

  it('explains a full snapshot of containerd', () => {
    const row = df('/', 487 * MIB, 0, { filesystem: '/dev/mapper/pool-snap-4', inContainer: true, usePercent: 100 });
    expect(best(dockerDmBasesize, host(row, room))?.confidence).toBe('confirmed');
  });
});

describe('docker-dm-wrong-device-removed', () => {
  const made = `docker-8:1-77-${'aa11'.repeat(16)}`;
  const running = `docker-8:1-77-${'bb22'.repeat(16)}`;
  const run = (...words: string[]): Fact =>
    fact('command', { program: 'dmsetup', words }, `dmsetup ${words.join(' ')}`);
  const mounted = fact('mount', {
    source: `/dev/mapper/${running}`,
    target: '/var/lib/docker/devicemapper/mnt/x',
    fstype: 'xfs',
    options: ['rw'],
    pid: 77,
  });

  it('tells the created device from the removed one', () => {
    const draft = best(
      dockerDmWrongDeviceRemoved,
      text(...inOrder(run('create', made, '--table', '0 8 thin 253:0 4'), run('remove', running), mounted)),
    );
    expect(draft?.severity).toBe('warning');
    expect(draft?.explanation).toContain(made);
    expect(draft?.explanation).toContain(running);
  });

  it('is silent when the right one goes, or nothing was created', () => {
    expect(dockerDmWrongDeviceRemoved.find(text(...inOrder(run('create', made), run('remove', made))))).toEqual([]);
    expect(dockerDmWrongDeviceRemoved.find(text(run('remove', running), mounted))).toEqual([]);
  });
});

describe('daemons that do not start', () => {
  it('a pool with foreign data', () => {
    const finding = first(
      'Error starting daemon: error initializing graphdriver: devmapper: Unable to take ownership of thin-pool (vg-tp) that already has used data blocks',
    );
    expect(finding).toMatchObject({ cause: 'thin-pool-already-used', confidence: 'confirmed' });
    expect(thinPoolAlreadyUsed.find(text())).toEqual([]);
  });

  it('a driver that is gone, but not a warning of one that works', () => {
    const gone = fact(
      'message',
      { id: 'docker-driver-unsupported', params: { driver: 'devicemapper' } },
      'Failed to GetDriver graph driver=devicemapper',
    );
    expect(best(devicemapperRemovedFromDocker, text(gone))?.confidence).toBe('likely');
    expect(
      best(devicemapperRemovedFromDocker, text(gone, fact('engine', { engine: 'docker', version: '25.0.3' })))
        ?.confidence,
    ).toBe('confirmed');
    expect(devicemapperRemovedFromDocker.find(text(gone, loop({})))).toEqual([]);
  });

  it('devices left behind', () => {
    const empty = fact('engine', { engine: 'docker', images: 0, containers: 0 });
    expect(best(dockerDmLeakedThinDevices, host(empty, loop({ dataUsed: 60e9 })))?.confidence).toBe('likely');
    expect(dockerDmLeakedThinDevices.find(host(empty, loop({ dataUsed: 0.3e9 })))).toEqual([]);
    expect(best(dockerDmLeakedThinDevices, host(loop({ deferredDeletedCount: 40 })))?.severity).toBe('warning');
  });
});
