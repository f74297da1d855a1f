import type { Fact } from '../probes/fact.ts';
import { type ContainerQuota, containerQuotas } from '../stack/container-quotas.ts';
import { mountedFileSystems } from '../stack/mounts.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { fileSystems, fullness, isOverlay } from './help/file-systems.ts';
import { GIB, share, size } from './help/format.ts';
import { message } from './help/said.ts';

export const overlay2ContainerSizeQuota: Cause = {
  id: 'overlay2-container-size-quota',
  title: 'A container is at its own size limit',
  severity: 'critical',
  prevalence: 'B',
  about:
    "With --storage-opt size (or overlay2.size, overlay.size in storage.conf) every container's writable layer gets an XFS project quota. " +
    'At that limit writes fail with "no space left on device", not "quota exceeded", while the host\'s disk has room; df inside the container shows the small size.',
  confirm: 'xfs_quota -x -c "report -p -b" shows the container\'s project with used at its hard limit.',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'df on the host shows the data root full' },
    { cause: 'docker-dm-basesize', tell: 'the storage driver is devicemapper: each container is a volume of its own' },
  ],
  nextCheck: {
    run: 'xfs_quota -x -c "report -p -N -b -i" /var/lib/docker',
    why: 'shows use and hard limit of every container',
  },
  remedies: ['raise-project-quota', 'recreate-container-larger'],
  sources: ['moby daemon/graphdriver/overlay2/overlay.go', 'xfs_quota(8)', 'moby/moby#42832'],
  explains: ['plain-fs-full'],
  find(scene) {
    const drafts = measured(scene);
    // the same limits as the kernel names them, by numbers: the containers' own names are better
    if (drafts.length > 0) return drafts;
    for (const fact of scene.facts.all('quota', (quota) => quota.kind === 'project')) {
      const { usedBytes, hardBytes, usedInodes, hardInodes, subject } = fact.value;
      const bytes = hardBytes !== undefined && hardBytes > 0 && usedBytes !== undefined ? usedBytes / hardBytes : 0;
      const inodes =
        hardInodes !== undefined && hardInodes > 0 && usedInodes !== undefined ? usedInodes / hardInodes : 0;
      const ratio = Math.max(bytes, inodes);
      if (ratio < 0.9) continue;
      drafts.push({
        confidence: ratio >= 0.999 ? 'confirmed' : 'likely',
        severity: ratio >= 0.97 ? 'critical' : 'warning',
        subject: `project ${subject}`,
        evidence: [evidence(fact, 'used against its hard limit')],
        explanation:
          bytes >= inodes
            ? `Project ${subject} on ${fact.value.filesystem} uses ${size(usedBytes ?? 0)} of the ${size(hardBytes ?? 0)} it may (${share(usedBytes ?? 0, hardBytes ?? 0)}).`
            : `Project ${subject} on ${fact.value.filesystem} has ${usedInodes} of the ${hardInodes} files it may.`,
        score: 88,
      });
    }
    for (const fact of scene.facts.all(
      'container',
      (container) =>
        container.storageOptSize !== undefined &&
        container.storageOptSize !== '' &&
        container.driver !== 'devicemapper',
    )) {
      const limit = bytesOf(fact.value.storageOptSize ?? '');
      const used = fact.value.writable;
      if (limit === undefined || used === undefined || used < limit * 0.9) continue;
      drafts.push({
        confidence: 'likely',
        severity: used >= limit * 0.97 ? 'critical' : 'warning',
        subject: fact.value.name ?? fact.value.id.slice(0, 12),
        evidence: [evidence(fact, `${size(used)} written, ${size(limit)} allowed`)],
        explanation: `The container has written ${size(used)} of the ${size(limit)} that --storage-opt size gives it.`,
        score: 80,
      });
    }
    if (drafts.length > 0) return drafts;
    // inside: a small overlay at 100 %; outside: the disk has room
    const inside = fileSystems(scene).find(
      (fs) => fs.mountpoint === '/' && isOverlay(fs) && fs.source !== 'none' && fullness(fs) === 'full',
    );
    const outside = fileSystems(scene).find(
      (fs) =>
        (!fs.inContainer || /^\/etc\/(?:hosts|hostname|resolv\.conf)$/.test(fs.mountpoint)) &&
        !isOverlay(fs) &&
        fullness(fs) === 'roomy' &&
        inside !== undefined &&
        fs.size > inside.size + GIB &&
        fs.available > inside.size / 2,
    );
    if (inside && outside)
      return [
        {
          confidence: 'likely',
          subject: "the container's /",
          evidence: [
            evidence(inside.fact, "the container's own root is full"),
            evidence(outside.fact, 'the host has room'),
          ],
          explanation: `df in the container shows ${size(inside.size)} and ${size(inside.available)} left, while ${outside.mountpoint} of the host has ${size(outside.available)}: the container has a size limit of its own.`,
          score: 75,
        },
      ];
    const refused = message(scene, 'overlay-size-unsupported');
    return refused && scene.from === 'text'
      ? [
          {
            confidence: 'likely',
            severity: 'warning',
            subject: 'size limit of containers',
            evidence: [evidence(refused, 'the size option is refused')],
            explanation:
              'A size for containers was asked for, and the file system of the data root cannot enforce one: it has to be XFS mounted with pquota.',
            remedies: ['mount-with-pquota'],
            score: 80,
          },
        ]
      : [];
  },
};

/**
 * Before the last block XFS refuses what it would have to reserve for it: seen with 664 KiB left of 64 MiB
 * under writes of 1 MiB, and with 56 KiB left for any new name.
 */
const SPENT = 1024 ** 2;

/** Each container's own room, as the kernel counts it now. */
function measured(scene: Scene): Draft[] {
  return containerQuotas(scene.facts, mountedFileSystems(scene.facts)).flatMap((room): Draft[] => {
    const { container, size: limit, free, fs, fact } = room;
    if (free > limit * 0.1) return [];
    const soft = softOnly(scene, room);
    const spent = free < Math.min(SPENT, limit * 0.02) && !soft;
    const elsewhere = fs.available === undefined ? '' : `, while ${fs.mountpoint} has ${size(fs.available)}`;
    return [
      {
        confidence: spent ? 'confirmed' : soft || free < limit * 0.03 ? 'likely' : 'possible',
        severity: spent ? 'critical' : soft || free < limit * 0.03 ? 'warning' : 'notice',
        subject: `container ${container.name ?? container.id.slice(0, 12)}`,
        evidence: [
          evidence(fact, "the container's own size and rest"),
          ...(soft ? [evidence(soft, 'its hard limit is larger')] : []),
        ],
        explanation: soft
          ? `The container is above its soft limit of ${size(limit)} (a project quota). Until the time of grace ends it may write up to ${size(soft.value.hardBytes ?? 0)}.`
          : `The container may write ${size(limit)} (a project quota), and ${spent ? 'nothing to speak of' : size(free)} is left of it${elsewhere}.`,
        score: 92,
      },
    ];
  });
}

/** statfs answers by the soft limit where there is one (xfs_qm_statvfs); what stops a writer is the hard one. */
function softOnly(scene: Scene, { size: limit, free }: ContainerQuota): Fact<'quota'> | undefined {
  return scene.facts.first(
    'quota',
    ({ kind, softBytes, hardBytes, usedBytes }) =>
      kind === 'project' &&
      softBytes === limit &&
      hardBytes !== undefined &&
      usedBytes !== undefined &&
      usedBytes >= limit - free - SPENT &&
      hardBytes > Math.max(softBytes, usedBytes) + SPENT,
  );
}

/** Docker's units.RAMInBytes: `10G` is 10 GiB. */
function bytesOf(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*([kmgtp]?)i?b?$/i.exec(text.trim());
  if (!match) return undefined;
  const power = ' kmgtp'.indexOf((match[2] ?? '').toLowerCase() || ' ');
  return Math.round(Number(match[1]) * 1024 ** power);
}
