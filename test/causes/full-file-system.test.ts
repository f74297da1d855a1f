import { describe, expect, it } from 'vitest';
import { fsNotGrown } from '../../src/causes/fs-not-grown.ts';
import { inodesExhausted } from '../../src/causes/inodes-exhausted.ts';
import { nfsOrNetworkVolume } from '../../src/causes/nfs-or-network-volume.ts';
import { overlay2ContainerSizeQuota } from '../../src/causes/overlay2-container-size-quota.ts';
import { plainFsFull } from '../../src/causes/plain-fs-full.ts';
import { pullOrBuildStagingTooSmall } from '../../src/causes/pull-or-build-staging-too-small.ts';
import { rootReserve } from '../../src/causes/root-reserve.ts';
import { runTmpfsFull } from '../../src/causes/run-tmpfs-full.ts';
import { shm64m } from '../../src/causes/shm-64m.ts';
import { tmpfsInodesExhausted } from '../../src/causes/tmpfs-inodes-exhausted.ts';
import { tmpfsMountSize } from '../../src/causes/tmpfs-mount-size.ts';
import { userGroupQuota } from '../../src/causes/user-group-quota.ts';
import { wrongFilesystemInspected } from '../../src/causes/wrong-filesystem-inspected.ts';
import { best, df, enospc, fact, GIB, host, inodes, KIB, MIB, mentions, text } from './scene.ts';

describe('plain-fs-full', () => {
  it('is confirmed when nothing is left where the data root lies', () => {
    const draft = best(plainFsFull, host(df('/', 50 * GIB, 12 * MIB)));
    expect(draft).toMatchObject({ confidence: 'confirmed', severity: 'critical', subject: '/' });
  });
  it('is not confirmed while more than an ordinary layer is left', () => {
    expect(best(plainFsFull, host(df('/', 50 * GIB, 200 * MIB)))?.confidence).toBe('likely');
  });
  it('is silent on a host with room', () => {
    expect(best(plainFsFull, host(df('/', 50 * GIB, 20 * GIB)))).toBeUndefined();
  });
  it('ignores images that are always full, and memory', () => {
    expect(
      best(
        plainFsFull,
        host(
          df('/snap/core/1', 100 * MIB, 0, { type: 'squashfs', filesystem: '/dev/loop3' }),
          df('/run', GIB, 0, { type: 'tmpfs', filesystem: 'tmpfs' }),
        ),
      ),
    ).toBeUndefined();
  });
  it.each([
    ['inside a container', { inContainer: true }],
    ['btrfs, whose df is an estimate', { type: 'btrfs' }],
    ['overlay', { type: 'overlay', filesystem: 'overlay' }],
  ])('is never confirmed for %s', (_, more) => {
    expect(best(plainFsFull, host(df('/', 10 * GIB, 0, more)))?.confidence).toBe('likely');
  });
  it("leaves a container's own volume to docker-dm-basesize, and is not sure of it in a text", () => {
    const row = df('/', 10 * GIB, 0, { filesystem: '/dev/mapper/docker-8:1-131-ab' });
    expect(plainFsFull.find(host(row))).toEqual([]);
    expect(best(plainFsFull, text(row))?.confidence).toBe('likely');
  });
  it('is never confirmed for a quota that statfs shows as the disk', () => {
    const quota = fact('quota', {
      filesystem: '/',
      kind: 'project',
      subject: '7',
      usedBytes: 10 * GIB,
      hardBytes: 10 * GIB,
    });
    expect(best(plainFsFull, host(df('/', 10 * GIB, 0), quota))?.confidence).toBe('likely');
  });
  it('is not confirmed when the failing path lies on another file system', () => {
    expect(
      best(plainFsFull, text(df('/', 10 * GIB, 0), df('/data', 10 * GIB, 9 * GIB), enospc('/data/x', 'write')))
        ?.confidence,
    ).toBe('likely');
  });
  it('is a weak guess from an error line alone', () => {
    expect(best(plainFsFull, text(enospc('/var/lib/docker/x', 'write')))).toMatchObject({
      confidence: 'possible',
      severity: 'warning',
      score: 10,
    });
  });
  it("is not guessed from errors that are no disk's", () => {
    expect(
      best(plainFsFull, text(enospc(undefined, 'inotify_add_watch', 'inotify_add_watch: no space left on device'))),
    ).toBeUndefined();
    expect(best(plainFsFull, text(enospc('/sys/fs/cgroup/memory/docker/x', 'mkdir')))).toBeUndefined();
  });
});

describe('inodes', () => {
  it('are confirmed when none is left', () => {
    expect(best(inodesExhausted, host(inodes('/', 6_553_600, 0)))).toMatchObject({
      confidence: 'confirmed',
      severity: 'critical',
    });
  });
  it('are not confirmed on XFS, whose count is elastic', () => {
    expect(best(inodesExhausted, host(inodes('/', 1_000_000, 0, { type: 'xfs' })))?.confidence).not.toBe('confirmed');
  });
  it('are never exhausted where there is no limit', () => {
    expect(
      best(
        inodesExhausted,
        host(inodes('/', 0, 0, { type: 'btrfs' }), inodes('/snap/x', 500, 0, { type: 'squashfs' })),
      ),
    ).toBeUndefined();
  });
  it('are the likely reason when one more small file cannot be created', () => {
    const scene = text(
      enospc('/app/node_modules/left-pad/index.js', 'open'),
      fact('message', { id: 'layer-extract-failed', params: {} }),
    );
    expect(best(inodesExhausted, scene)?.confidence).toBe('likely');
  });
  it('are not blamed for a failing write of a large file, nor on btrfs', () => {
    expect(best(inodesExhausted, text(enospc('/var/lib/docker/overlay2/ab/diff/big.bin', 'write')))).toBeUndefined();
    expect(best(inodesExhausted, text(enospc('/x/node_modules/a', 'open'), ...mentions('btrfs')))).toBeUndefined();
  });
  it('of a tmpfs are another cause', () => {
    const row = inodes('/run', 800, 0, { type: 'tmpfs', filesystem: 'tmpfs' });
    expect(best(inodesExhausted, host(row))).toBeUndefined();
    expect(best(tmpfsInodesExhausted, host(row))?.confidence).toBe('confirmed');
  });
});

describe('tmpfs', () => {
  const run = (available: number) => df('/run', 400 * MIB, available, { type: 'tmpfs', filesystem: 'tmpfs' });
  it('/run full is confirmed, nearly full is likely, with room is nothing', () => {
    expect(best(runTmpfsFull, host(run(0)))?.confidence).toBe('confirmed');
    expect(best(runTmpfsFull, host(run(8 * MIB)))?.confidence).toBe('likely');
    expect(best(runTmpfsFull, host(run(300 * MIB)))).toBeUndefined();
  });
  it('mkdir below /run speaks for inodes, write for bytes', () => {
    const mkdir = text(enospc('/var/run/docker/x', 'mkdir'));
    const write = text(enospc('/run/containerd/x', 'write'));
    expect(best(tmpfsInodesExhausted, mkdir)?.score ?? 0).toBeGreaterThan(best(runTmpfsFull, mkdir)?.score ?? 0);
    expect(best(tmpfsInodesExhausted, write)).toBeUndefined();
    expect(best(runTmpfsFull, write)?.confidence).toBe('possible');
  });
  it('another mount at its size is confirmed; /dev and /sys never', () => {
    expect(best(tmpfsMountSize, host(df('/tmp', GIB, 0, { type: 'tmpfs', filesystem: 'tmpfs' })))?.confidence).toBe(
      'confirmed',
    );
    expect(
      best(tmpfsMountSize, host(df('/sys/fs/cgroup', GIB, 0, { type: 'tmpfs', filesystem: 'tmpfs' }))),
    ).toBeUndefined();
  });
  it('/dev/shm of 64 MiB', () => {
    expect(
      best(shm64m, text(fact('message', { id: 'shm-resize-failed', params: { bytes: 50 * MIB } })))?.confidence,
    ).toBe('likely');
    expect(
      best(shm64m, text(df('/dev/shm', 64 * MIB, 0, { type: 'tmpfs', filesystem: 'shm', inContainer: true })))
        ?.confidence,
    ).toBe('confirmed');
    expect(
      best(shm64m, text(df('/dev/shm', 64 * MIB, 64 * MIB, { type: 'tmpfs', filesystem: 'shm', inContainer: true }))),
    ).toBeUndefined();
  });
});

describe('limits other than the disk', () => {
  it('a project quota at its hard limit is confirmed, a roomy one is nothing', () => {
    const quota = (used: number) =>
      fact('quota', { filesystem: '/data', kind: 'project', subject: '11', usedBytes: used, hardBytes: 10 * MIB });
    expect(best(overlay2ContainerSizeQuota, host(quota(10 * MIB)))?.confidence).toBe('confirmed');
    expect(best(overlay2ContainerSizeQuota, host(quota(MIB)))).toBeUndefined();
  });
  it('a container at its quota is named, with the room that its disk has', () => {
    const upper = '/var/lib/docker/overlay2/5c1a/diff';
    const scene = (available: number, size = 64 * MIB) =>
      host(
        fact('mount', { source: '/dev/vdb', target: '/var/lib/docker', fstype: 'xfs', options: [], majmin: '254:16' }),
        fact('statfs', {
          path: '/var/lib/docker',
          type: 0x58465342,
          blockSize: 4096,
          blocks: 521_728,
          bfree: 400_000,
          bavail: 400_000,
          files: 0,
          ffree: 0,
        }),
        fact('container', { engine: 'docker', id: 'f0'.repeat(32), name: 'db', driverData: { UpperDir: upper } }),
        fact('directory-room', { path: upper, size, available }),
      );
    const full = best(overlay2ContainerSizeQuota, scene(680 * 1024));
    expect(full).toMatchObject({ confidence: 'confirmed', severity: 'critical', subject: 'container db' });
    expect(full?.explanation).toContain('/var/lib/docker has 1.5 GiB');
    expect(best(overlay2ContainerSizeQuota, scene(1.5 * MIB))).toMatchObject({
      confidence: 'likely',
      severity: 'warning',
    });
    expect(best(overlay2ContainerSizeQuota, scene(5 * MIB))).toMatchObject({ severity: 'notice' });
    expect(best(overlay2ContainerSizeQuota, scene(30 * MIB))).toBeUndefined();
    // no quota: the directory answers for the whole file system
    expect(best(overlay2ContainerSizeQuota, scene(0, 521_728 * 4096))).toBeUndefined();
  });
  it('a container above its soft limit alone still writes', () => {
    const upper = '/var/lib/docker/overlay2/5c1a/diff';
    const scene = (hardBytes: number) =>
      host(
        df('/var/lib/docker', 2 * GIB, GIB, { filesystem: '/dev/vdb', type: 'xfs' }),
        fact('container', { engine: 'docker', id: 'f0'.repeat(32), name: 'db', driverData: { UpperDir: upper } }),
        fact('directory-room', { path: upper, size: 64 * MIB, available: 0 }),
        fact('quota', {
          filesystem: '/var/lib/docker',
          kind: 'project',
          subject: '#3',
          usedBytes: 72 * MIB,
          softBytes: 64 * MIB,
          hardBytes,
        }),
      );
    expect(best(overlay2ContainerSizeQuota, scene(256 * MIB))).toMatchObject({
      confidence: 'likely',
      severity: 'warning',
    });
    expect(best(overlay2ContainerSizeQuota, scene(72 * MIB))).toMatchObject({ confidence: 'confirmed' });
  });
  it('a limit of 0 is no limit', () => {
    const quota = (kind: 'user' | 'project') =>
      fact('quota', {
        filesystem: '/',
        kind,
        subject: 'ann',
        usedBytes: 10 * GIB,
        hardBytes: 0,
        usedInodes: 5,
        hardInodes: 0,
      });
    expect(best(overlay2ContainerSizeQuota, host(quota('project')))).toBeUndefined();
    expect(best(userGroupQuota, host(quota('user')))).toBeUndefined();
  });
  it('a user at the limit is confirmed; a keyring is not a disk', () => {
    expect(
      best(
        userGroupQuota,
        host(fact('quota', { filesystem: '/home', kind: 'user', subject: 'ann', usedBytes: GIB, hardBytes: GIB })),
      )?.confidence,
    ).toBe('confirmed');
    const key = fact('symptom', { errno: 'EDQUOT', message: 'unable to join session keyring: disk quota exceeded' });
    expect(best(userGroupQuota, text(key))).toBeUndefined();
  });
  it('what is kept for root', () => {
    const row = fact('df', {
      filesystem: '/dev/sdb1',
      type: 'ext4',
      size: 100 * GIB,
      used: 95 * GIB,
      available: 0,
      mountpoint: '/data',
    });
    expect(best(rootReserve, host(row))?.explanation).toContain('5.0 GiB');
    expect(best(rootReserve, host(df('/data', 100 * GIB, 0)))).toBeUndefined();
    expect(best(rootReserve, host(df('/data', 100 * GIB, 0, { type: 'xfs', used: 90 * GIB })))).toBeUndefined();
  });
  it('a full server', () => {
    expect(
      best(nfsOrNetworkVolume, host(df('/mnt/nas', 100 * GIB, 0, { type: 'nfs4', filesystem: 'nas:/export' })))
        ?.confidence,
    ).toBe('likely');
  });
});

describe('the wrong place', () => {
  it('the data root has its own, full file system and / has room', () => {
    const scene = host(df('/', 50 * GIB, 30 * GIB), df('/var/lib/docker', 20 * GIB, 0, { filesystem: '/dev/sdb1' }));
    expect(best(wrongFilesystemInspected, scene)?.subject).toBe('/var/lib/docker');
    expect(best(wrongFilesystemInspected, host(df('/', 50 * GIB, 30 * GIB)))).toBeUndefined();
  });
  it('staging files of a pull', () => {
    expect(best(pullOrBuildStagingTooSmall, text(enospc('/var/tmp/storage280617948/6', 'write')))?.confidence).toBe(
      'likely',
    );
    expect(
      best(pullOrBuildStagingTooSmall, text(enospc('/var/lib/docker/overlay2/ab/diff/tmp/x', 'write'))),
    ).toBeUndefined();
  });
  it('a disk file larger than the file system inside', () => {
    const image = fact('disk-image', { path: '/Users/ann/Docker.raw', virtualSize: 64 * GIB });
    const inside = df('/', 18 * GIB, 0, { filesystem: 'none', type: 'overlay', inContainer: true });
    expect(best(fsNotGrown, text(image, inside))).toMatchObject({ confidence: 'likely', severity: 'critical' });
    expect(best(fsNotGrown, text(image, df('/', 63 * GIB, 0, { inContainer: true })))).toBeUndefined();
  });
  it('a partition that does not fill its disk', () => {
    const disk = fact('block', { name: 'sda', type: 'disk', size: 100 * GIB, mountpoints: [], parents: [] });
    const part = (size: number) =>
      fact('block', { name: 'sda1', type: 'part', size, mountpoints: ['/'], parents: ['sda'] });
    expect(best(fsNotGrown, host(disk, part(40 * GIB), df('/', 39 * GIB, 10 * MIB)))).toMatchObject({
      subject: 'sda',
      severity: 'critical',
    });
    expect(best(fsNotGrown, host(disk, part(100 * GIB - 4 * KIB)))).toBeUndefined();
  });
});
