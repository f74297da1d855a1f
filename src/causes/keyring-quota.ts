import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { knownLimits } from './help/limits.ts';
import { messagesOf, show, worded } from './help/messages.ts';
import { said, says } from './help/said.ts';

export const keyringQuota: Cause = {
  id: 'keyring-quota',
  title: 'a user has no kernel keys left, so containers get no session keyring',
  severity: 'critical',
  prevalence: 'B',
  about:
    'The OCI runtime makes a session keyring for every container. Keys count against their user: 200 keys and 20000 bytes for an ordinary user, and that is what root of a rootless or userns-remapped container is. ' +
    'When they are used up, starting fails with "disk quota exceeded", which has nothing to do with disks. Expired keys return after some minutes.',
  confirm: '/proc/key-users: the third or fourth pair of the user is at its limit (200/200).',
  lookAlikes: [
    { cause: 'user-group-quota', tell: 'a write to a file was refused, no session key is named' },
    { cause: 'btrfs-qgroup-limit', tell: 'a write to a btrfs subvolume was refused' },
  ],
  nextCheck: { run: 'cat /proc/key-users', why: 'shows keys and bytes used and allowed for every user' },
  remedies: ['raise-key-quota', 'disable-container-keyring'],
  prevention:
    'kernel.keys.maxkeys=20000 and kernel.keys.maxbytes=2000000 in /etc/sysctl.d on rootless, LXC and userns-remap hosts.',
  sources: ['keyrings(7)', 'kernel security/keys/key.c', 'moby/moby#22865', 'containers/podman#13363'],
  explains: ['user-group-quota'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'keyring-quota'),
      ...worded(scene, 'EDQUOT', /key ?ring|session key|add_key|keyctl/i),
    ];
    const refused = show(failed, 'the session keyring was refused', 3);
    const drafts = scene.facts.all('key-user').flatMap((fact): Draft[] => {
      const user = fact.value;
      const keys = user.maxKeys > 0 ? user.keys / user.maxKeys : 0;
      const bytes = user.maxBytes > 0 ? user.bytes / user.maxBytes : 0;
      const most = Math.max(keys, bytes);
      // a session keyring needs one key and about 30 bytes of description
      const full = user.keys >= user.maxKeys || user.bytes + 64 >= user.maxBytes;
      if (user.maxKeys <= 0 || (!full && most < 0.9)) return [];
      return [
        {
          confidence: full ? 'confirmed' : failed.length > 0 ? 'likely' : 'possible',
          severity: full || failed.length > 0 ? 'critical' : 'notice',
          subject: `uid ${user.uid}`,
          evidence: [
            evidence(fact, full ? 'the quota of keys is used up' : 'the quota of keys is nearly used up'),
            ...refused,
          ],
          explanation: `uid ${user.uid} holds ${user.keys} of ${user.maxKeys} keys and ${user.bytes} of ${user.maxBytes} bytes of the kernel's key quota. No disk and no disk quota is involved.`,
          score: full ? 95 : 60,
        },
      ];
    });
    if (drafts.length > 0 && (drafts.some((draft) => draft.confidence === 'confirmed') || failed.length === 0))
      return drafts;
    if (failed.length === 0) return spoken(scene);
    const limits = knownLimits(
      scene,
      'kernel.keys.maxkeys',
      'kernel.keys.maxbytes',
      'kernel.keys.root_maxkeys',
    ).flatMap((known) => known.facts);
    return [
      ...drafts,
      {
        confidence: 'likely',
        subject: "kernel keys of the container's user",
        evidence: [...refused, ...show(limits, 'the limit'), ...said(scene, 'keyring', 'rootless')],
        explanation:
          'The kernel refused another session key: the quota of keys of that user is used up. "Disk quota exceeded" is only the wording of the error number.',
        score: 88,
      },
    ];
  },
};

/** No message quoted: people name the keyring or its sysctls. */
function spoken(scene: Scene): Draft[] {
  if (scene.from === 'host' || !says(scene, 'keyring')) return [];
  return [
    {
      confidence: 'possible',
      subject: "kernel keys of the container's user",
      evidence: said(scene, 'keyring', 'rootless'),
      explanation:
        'The text speaks of kernel keys: an ordinary user may hold 200 of them, and every container takes one.',
      score: 58,
    },
  ];
}
