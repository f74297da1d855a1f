import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { MIB, share, size } from './help/format.ts';
import { messagesOf, show } from './help/messages.ts';
import { failures, said, says } from './help/said.ts';

export const btrfsQgroupLimit: Cause = {
  id: 'btrfs-qgroup-limit',
  title: 'a btrfs quota group is at its limit',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Subvolumes of btrfs can carry a limit (quota group): Docker\'s btrfs driver sets one for `--storage-opt size`, snapper and NAS systems set others. Writes then fail with "Disk quota exceeded", ' +
    'while df, even of the subvolume, shows the free space of the whole file system.',
  confirm: '`btrfs qgroup show -re` prints a limit and `referenced` (or `exclusive`) within 3 % of it.',
  lookAlikes: [
    { cause: 'user-group-quota', tell: 'the limit belongs to a user or group, on ext4 or xfs' },
    { cause: 'keyring-quota', tell: 'the message speaks of a session key' },
    { cause: 'btrfs-metadata-exhausted', tell: 'the error is "No space left on device"' },
  ],
  nextCheck: {
    run: 'btrfs qgroup show -re --raw /var/lib/docker',
    why: 'lists what each subvolume uses and its limit',
  },
  remedies: ['btrfs-raise-qgroup'],
  sources: ['btrfs-quota(8)', 'measured: EDQUOT at 20938752 of 20971520 bytes'],
  explains: ['user-group-quota'],
  find(scene) {
    const failed = failures(scene, ['EDQUOT']);
    const drafts = scene.facts.all('btrfs-qgroup').flatMap((fact): Draft[] => {
      const group = fact.value;
      const kinds = [
        { used: group.referenced, limit: group.maxReferenced, what: 'referenced' },
        { used: group.exclusive, limit: group.maxExclusive, what: 'exclusive' },
      ] as const;
      return kinds.flatMap(({ used, limit, what }): Draft[] => {
        if (limit === undefined || limit <= 0 || used === undefined || used < 0.97 * limit) return [];
        const atLimit = used >= limit - MIB || failed.length > 0;
        return [
          {
            confidence: atLimit ? 'confirmed' : 'likely',
            severity: atLimit ? 'critical' : 'warning',
            subject: `quota group ${group.id}${group.path ? ` of ${group.path}` : ''}`,
            evidence: [evidence(fact, `${what} is at its limit`), ...show(failed, 'a write was refused')],
            explanation: `Quota group ${group.id} uses ${size(used)} of its limit of ${size(limit)} (${what}, ${share(used, limit)}): writes below it fail with "Disk quota exceeded" however much df shows.`,
            score: atLimit ? 95 : 60,
          },
        ];
      });
    });
    if (
      drafts.length > 0 ||
      failed.length === 0 ||
      !says(scene, 'btrfs') ||
      messagesOf(scene, 'keyring-quota').length > 0
    )
      return drafts;
    return [
      {
        confidence: 'likely',
        subject: failed[0]?.value.path ?? 'a btrfs subvolume',
        evidence: [...show(failed, 'a write was refused by a quota'), ...said(scene, 'btrfs', 'quota')],
        explanation:
          'A quota refused the write and the file system is btrfs: its quota groups answer with "Disk quota exceeded" while df shows room.',
        score: 82,
      },
    ];
  },
};
