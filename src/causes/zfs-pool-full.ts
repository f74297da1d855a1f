import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { allFileSystems, fullness } from './help/file-systems.ts';
import { size } from './help/format.ts';
import { messagesOf, show } from './help/messages.ts';
import { failures, said, says, troubled } from './help/said.ts';
import { slop } from './help/zfs.ts';

export const zfsPoolFull: Cause = {
  id: 'zfs-pool-full',
  title: 'the ZFS pool is full',
  severity: 'critical',
  prevalence: 'B',
  about:
    'All datasets of a pool share its space, so every container on it shows 100 % at once when the pool is full: df of a dataset prints what it uses plus what the pool has left. ' +
    'ZFS keeps 1/32 of the pool back, so writing fails while `zpool list` still shows some free. On a full pool even deleting can fail, because it too writes first.',
  confirm: '`zpool list -Hp`: free is below 1/32 of the size (at least 128 MiB), and `zfs list` shows 0 available.',
  lookAlikes: [
    { cause: 'zfs-quota-refquota-reservation', tell: 'the pool has more free than its reserve' },
    { cause: 'snapshots-hold-space', tell: 'what holds the space: zfs list -t snapshot' },
  ],
  nextCheck: { run: 'zpool list -Hp -o name,size,alloc,free,frag,cap,health', why: 'shows what the pool has left' },
  remedies: ['zfs-destroy-snapshots', 'zfs-add-vdev', 'zfs-lower-slop'],
  prevention: 'Alert at 80 % of the pool; give the container dataset a quota below that.',
  sources: ['zfsprops(7)', 'openzfs/zfs module/zfs/spa_misc.c (spa_get_slop_space)', 'openzfs/zfs#9849'],
  explains: ['plain-fs-full', 'zfs-quota-refquota-reservation'],
  find(scene) {
    const failed = failures(scene);
    const pools = scene.facts
      .all('zpool', (pool) => pool.size > 0)
      .flatMap((fact): Draft[] => {
        const pool = fact.value;
        const kept = slop(pool.size);
        const off = (pool.resolution ?? 0) * 2;
        const datasets = scene.facts.all('zfs-dataset', (set) => set.name.split('/')[0] === pool.name);
        const nothing = datasets.filter((set) => set.value.available <= pool.size / 1000);
        const percent = pool.capacityPercent ?? Math.floor((100 * (pool.size - pool.free)) / pool.size);
        // fragmented and nearly full: that is when writers first fail
        const enough = scene.from === 'text' && troubled(scene) ? 90 : 97;
        if (pool.free - off > kept * 1.05 && percent < enough) return [];
        const certain = pool.free + off <= kept * 1.05;
        return [
          {
            confidence: certain ? 'confirmed' : 'likely',
            severity: certain || failed.length > 0 || troubled(scene) ? 'critical' : 'warning',
            subject: `pool ${pool.name}`,
            evidence: [
              evidence(fact, certain ? 'the pool has no more than its reserve' : `the pool is ${percent} % full`),
              ...show(nothing, 'nothing is available', 1),
              ...show(failed, 'a write failed', 1),
            ],
            explanation: `Pool ${pool.name} has ${size(pool.free)} free of ${size(pool.size)}; ZFS keeps ${size(kept)} of that back${certain ? ', so nothing more can be written' : ', and little is left for all datasets together'}.`,
            score: certain ? 92 : 75,
          },
        ];
      });
    if (pools.length > 0 || scene.from === 'host') return pools;
    const worded = messagesOf(scene, 'zfs-out-of-space');
    const full = allFileSystems(scene).filter((fs) => fs.type === 'zfs' && fullness(fs) === 'full');
    if (scene.facts.has('zpool')) return [];
    if (worded.length > 0 || full.length > 0) {
      return [
        {
          confidence: 'likely',
          subject: full[0]?.source ?? 'the ZFS pool',
          evidence: [
            ...show(worded, 'ZFS says it is out of space'),
            ...(full[0] ? [evidence(full[0].fact, 'nothing is available')] : []),
            ...show(failed, 'a write failed', 1),
          ],
          explanation: 'ZFS has no space to give: the pool is full, or a quota above the dataset is.',
          score: 78,
        },
      ];
    }
    if (!says(scene, 'zfs')) return [];
    return [
      {
        confidence: failed.length > 0 ? 'likely' : 'possible',
        subject: 'the ZFS pool',
        evidence: [...show(failed, 'a write failed for want of space'), ...said(scene, 'zfs', 'snapshots')],
        explanation:
          'Writing fails for want of space on ZFS. All datasets share the pool, so when it is full each of them shows 100 %.',
        score: 60,
      },
    ];
  },
};
