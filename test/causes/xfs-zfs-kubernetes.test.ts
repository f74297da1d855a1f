import { describe, expect, it } from 'vitest';
import { k8sEphemeralLimit } from '../../src/causes/k8s-ephemeral-limit.ts';
import { k8sImageGcCannotFree } from '../../src/causes/k8s-image-gc-cannot-free.ts';
import { k8sNodePressureEviction } from '../../src/causes/k8s-node-pressure-eviction.ts';
import { kubeletWrongFilesystem } from '../../src/causes/kubelet-wrong-filesystem.ts';
import { xfsImaxpct } from '../../src/causes/xfs-imaxpct.ts';
import { xfsNoContiguousInodeChunk } from '../../src/causes/xfs-no-contiguous-inode-chunk.ts';
import { zfsPoolFull } from '../../src/causes/zfs-pool-full.ts';
import { zfsQuotaRefquotaReservation } from '../../src/causes/zfs-quota-refquota-reservation.ts';
import { best, df, enospc, fact, GIB, host, inodes, MIB, mentions, text } from './scene.ts';

describe('inodes of xfs', () => {
  const info = (more: { imaxpct?: number; sparse?: boolean }) =>
    fact('xfs-info', { device: '/data', blockSize: 4096, blocks: 81920, inodeSize: 512, ...more });
  const xfs = { type: 'xfs' };
  it('at the share of imaxpct are confirmed', () => {
    // 320 MiB, 1 %: 6553 inodes of 512 bytes; measured: failed at 6528
    const scene = host(info({ imaxpct: 1 }), df('/data', 320 * MIB, 290 * MIB, xfs), inodes('/data', 6528, 0, xfs));
    expect(best(xfsImaxpct, scene)).toMatchObject({ confidence: 'confirmed', subject: '/data' });
  });
  it('at 0 on a full xfs say nothing of imaxpct', () => {
    expect(best(xfsImaxpct, host(df('/data', 320 * MIB, 0, xfs), inodes('/data', 6528, 0, xfs)))).toBeUndefined();
    expect(best(xfsImaxpct, host(df('/data', 9 * GIB, 5 * GIB), inodes('/data', 6528, 0)))).toBeUndefined();
  });
  it('without a piece large enough for 64 of them', () => {
    const holes = (largestExtentBlocks: number) =>
      fact('xfs-free-space', { path: '/data', blocks: 3124, extents: 3124, largestExtentBlocks });
    expect(best(xfsNoContiguousInodeChunk, host(info({ sparse: false }), holes(1), enospc('/data/a')))).toMatchObject({
      confidence: 'confirmed',
    });
    expect(
      best(xfsNoContiguousInodeChunk, host(info({ sparse: false }), holes(4096), enospc('/data/a'))),
    ).toBeUndefined();
    expect(
      best(
        xfsNoContiguousInodeChunk,
        host(info({ sparse: true }), df('/data', 9 * GIB, 5 * GIB, xfs), enospc('/data/a')),
      ),
    ).toBeUndefined();
  });
});

describe('ZFS', () => {
  const pool = (free: number) => fact('zpool', { name: 'tank', size: 100 * GIB, allocated: 100 * GIB - free, free });
  const dataset = (more: object) =>
    fact('zfs-dataset', { name: 'tank/ct', used: 20 * GIB, available: 0, referenced: 20 * GIB, ...more });
  it('keeps a 32nd of the pool back: less is full', () => {
    expect(best(zfsPoolFull, host(pool(3 * GIB), dataset({})))).toMatchObject({
      confidence: 'confirmed',
      subject: 'pool tank',
    });
    expect(best(zfsPoolFull, host(pool(40 * GIB)))).toBeUndefined();
  });
  it('a dataset at its quota is not a full pool', () => {
    expect(best(zfsQuotaRefquotaReservation, host(pool(40 * GIB), dataset({ refquota: 20 * GIB })))).toMatchObject({
      confidence: 'confirmed',
      subject: 'tank/ct',
    });
    expect(
      best(zfsQuotaRefquotaReservation, host(pool(40 * GIB), dataset({ available: 40 * GIB, quota: 60 * GIB }))),
    ).toBeUndefined();
  });
  it('nothing available with a free pool points at reservations', () => {
    expect(best(zfsQuotaRefquotaReservation, host(pool(40 * GIB), dataset({})))).toMatchObject({
      confidence: 'likely',
    });
  });
});

describe('Kubernetes', () => {
  const evicted = fact('pod-event', {
    reason: 'Evicted',
    message: 'The node was low on resource: ephemeral-storage.',
    resource: 'ephemeral-storage',
    threshold: 10 * GIB,
    available: 9 * GIB,
  });
  it('names the file system by its share', () => {
    const scene = text(
      evicted,
      df('/', 100 * GIB, 9 * GIB),
      df('/images', 200 * GIB, 100 * GIB, { filesystem: '/dev/sdb1' }),
    );
    expect(best(k8sNodePressureEviction, scene)?.explanation).toContain('a tenth of /, so nodefs');
  });
  it('does not take the all-clear, memory, or a limit of the pod for a full disk', () => {
    for (const event of [
      {
        reason: 'KubeletHasNoDiskPressure',
        message: 'DiskPressure False KubeletHasNoDiskPressure kubelet has no disk pressure',
      },
      { reason: 'Evicted', message: 'The node was low on resource: memory.', resource: 'memory' },
    ])
      expect(best(k8sNodePressureEviction, text(fact('pod-event', event)))).toBeUndefined();
    const limit = fact('message', { id: 'k8s-ephemeral-limit', params: {} });
    expect(best(k8sNodePressureEviction, text(limit, ...mentions('evicted')))).toBeUndefined();
    expect(best(k8sEphemeralLimit, text(limit))).toMatchObject({ confidence: 'likely' });
  });
  it('garbage collection that frees nothing points elsewhere', () => {
    expect(
      best(k8sImageGcCannotFree, text(fact('message', { id: 'k8s-image-gc-failed', params: { wanted: 1, freed: 0 } }))),
    ).toMatchObject({ confidence: 'likely' });
  });
  it('evictions beside a disk with room are possibly the wrong disk', () => {
    expect(best(kubeletWrongFilesystem, text(...mentions('disk-pressure', 'df-shows-space')))).toMatchObject({
      confidence: 'possible',
    });
    expect(best(kubeletWrongFilesystem, text(...mentions('disk-pressure')))).toBeUndefined();
  });
});
