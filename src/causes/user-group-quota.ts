import { type Cause, type Draft, evidence } from './cause.ts';
import { share, size } from './help/format.ts';
import { failures, message, said, says, textSeverity } from './help/said.ts';

export const userGroupQuota: Cause = {
  id: 'user-group-quota',
  title: 'A user or group is at its disk quota',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A quota limits what one user or group may have on a file system: rootless Podman in a home directory, or a container whose user has the same number as a user of the host. ' +
    'Writes fail with "disk quota exceeded" while df shows room; over NFS it is the server\'s quota.',
  confirm: 'repquota, quota -s or xfs_quota report shows the user at the hard limit (or over the soft one too long).',
  lookAlikes: [
    { cause: 'keyring-quota', tell: 'the message speaks of a key or keyring' },
    { cause: 'btrfs-qgroup-limit', tell: 'the file system is btrfs with quota groups' },
    { cause: 'overlay2-container-size-quota', tell: 'an XFS project quota says no space left, not quota exceeded' },
  ],
  nextCheck: { run: 'repquota -as', why: 'shows use and limits of every user; without root: quota -s' },
  remedies: ['raise-user-quota', 'move-data-root'],
  sources: ['quota(1)', 'repquota(8)', 'xfs_quota(8)', 'write(2) EDQUOT'],
  find(scene) {
    const drafts = scene.facts
      .all('quota', (quota) => quota.kind !== 'project')
      .flatMap((fact): Draft[] => {
        const { kind, subject, filesystem, usedBytes, hardBytes, usedInodes, hardInodes } = fact.value;
        const bytes = hardBytes !== undefined && hardBytes > 0 && usedBytes !== undefined ? usedBytes / hardBytes : 0;
        const inodes =
          hardInodes !== undefined && hardInodes > 0 && usedInodes !== undefined ? usedInodes / hardInodes : 0;
        const ratio = Math.max(bytes, inodes);
        if (ratio < 0.95) return [];
        // who is over a quota is told "disk quota exceeded"; another error is another story
        const otherError =
          scene.from === 'text' && failures(scene).length > 0 && failures(scene, ['EDQUOT']).length === 0;
        return [
          {
            confidence: ratio >= 0.999 && !otherError ? 'confirmed' : 'likely',
            severity: ratio >= 0.99 ? 'critical' : 'warning',
            subject: `${kind} ${subject}`,
            evidence: [evidence(fact, 'used against its hard limit')],
            explanation:
              bytes >= inodes
                ? `The ${kind} ${subject} uses ${size(usedBytes ?? 0)} of ${size(hardBytes ?? 0)} on ${filesystem} (${share(usedBytes ?? 0, hardBytes ?? 0)}).`
                : `The ${kind} ${subject} has ${usedInodes} of ${hardInodes} files on ${filesystem}.`,
            score: 88,
          },
        ];
      });
    if (drafts.length > 0) return drafts;
    const failing = failures(scene, ['EDQUOT'])[0];
    const keys =
      message(scene, 'keyring-quota') !== undefined ||
      says(scene, 'keyring') ||
      /\bkeys?\b|keyctl|join session/i.test(failing?.value.message ?? '');
    if (!failing || keys) return [];
    const btrfs =
      says(scene, 'btrfs') ||
      scene.facts.has('btrfs-qgroup') ||
      scene.facts.has('engine', (engine) => engine.driver === 'btrfs');
    return [
      {
        confidence: failing.value.path !== undefined && !btrfs ? 'likely' : 'possible',
        severity: scene.from === 'text' ? textSeverity(scene) : 'critical',
        subject: failing.value.path ?? 'the user that writes',
        evidence: [evidence(failing, 'a quota stops the write'), ...said(scene, 'quota', 'rootless')],
        explanation: 'The error is "disk quota exceeded": a limit of the user, group or server, whatever df shows.',
        score: btrfs ? 50 : 75,
      },
    ];
  },
};
