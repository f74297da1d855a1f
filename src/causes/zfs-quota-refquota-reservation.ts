import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { GIB, MIB, size } from './help/format.ts';
import { show, worded } from './help/messages.ts';
import { failures, said, says } from './help/said.ts';
import { poolOf, slop } from './help/zfs.ts';

export const zfsQuotaRefquotaReservation: Cause = {
  id: 'zfs-quota-refquota-reservation',
  title: 'a ZFS dataset is at its quota, or reservations of others took the rest',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A ZFS dataset can be full while its pool is not: by its own quota or refquota, or because reservations (a thick zvol reserves its whole size) have promised the free space to others. ' +
    'Snapshots count into quota, not into refquota.',
  confirm:
    '`zfs get available,used,quota,refquota`: available is 0, or used is at the quota, while `zpool list` shows free space.',
  lookAlikes: [
    { cause: 'zfs-pool-full', tell: 'the pool itself has nothing left' },
    { cause: 'snapshots-hold-space', tell: 'usedbysnapshots is large' },
  ],
  nextCheck: {
    run: 'zfs get -Hp -r available,used,usedbysnapshots,quota,refquota,reservation,refreservation',
    why: 'shows which limit or reservation takes the space',
  },
  remedies: ['zfs-raise-quota', 'zfs-lower-refreservation', 'zfs-destroy-snapshots'],
  sources: ['zfsprops(7)', 'openzfs/zfs#7321'],
  explains: ['user-group-quota'],
  find(scene) {
    const failed = [...failures(scene), ...failures(scene, ['EDQUOT'])];
    const drafts = scene.facts.all('zfs-dataset').flatMap((fact): Draft[] => {
      const set = fact.value;
      const off = (set.resolution ?? 0) * 2;
      const limits = [
        { name: 'quota', limit: set.quota, used: set.used },
        { name: 'refquota', limit: set.refquota, used: set.referenced },
      ];
      for (const { name, limit, used } of limits) {
        if (limit === undefined || limit <= 0 || used === undefined || used + off < limit - Math.min(limit * 0.01, GIB))
          continue;
        return [
          {
            confidence: off < limit * 0.01 ? 'confirmed' : 'likely',
            subject: set.name,
            evidence: [evidence(fact, `used is at the ${name}`), ...show(failed, 'a write was refused', 1)],
            explanation: `${set.name} uses ${size(used)} of its ${name} of ${size(limit)}; the pool may have room.`,
            score: 92,
          },
        ];
      }
      const pool = poolOf(scene, set.name);
      if (set.available > 64 * MIB || !pool || pool.value.free <= 1.2 * slop(pool.value.size)) return [];
      return [
        {
          confidence: 'likely',
          subject: set.name,
          evidence: [evidence(fact, 'nothing is available to the dataset'), evidence(pool, 'the pool has free space')],
          explanation: `${set.name} has ${size(set.available)} available while pool ${pool.value.name} has ${size(pool.value.free)} free: a quota above it or reservations of other datasets and zvols hold the rest.`,
          score: 80,
        },
      ];
    });
    if (drafts.length > 0 || scene.from === 'host') return drafts.slice(0, 5);
    const quota = [...failures(scene, ['EDQUOT']), ...worded(scene, 'ENOSPC', /refquota|zfs.*quota/i)];
    if (quota.length === 0 || !says(scene, 'zfs')) return [];
    return [
      {
        confidence: 'likely',
        subject: quota[0]?.value.path ?? 'a ZFS dataset',
        evidence: [...show(quota, 'a quota refused the write'), ...said(scene, 'zfs', 'quota')],
        explanation:
          'A quota refused the write, and the storage is ZFS: a quota or refquota of the dataset or one above it.',
        score: 82,
      },
    ];
  },
};
