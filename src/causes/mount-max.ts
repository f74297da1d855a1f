import type { Cause, Evidence, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { fullness, type KnownLimit, knownLimits } from './help/limits.ts';
import { messagesOf, symptomsOf } from './help/messages.ts';
import { failures, said, says } from './help/said.ts';

/** A file system on a device could not be mounted: the device has no space, not the mount table. */
const DEVICE = /\/dev\/(?:mapper|dm-|sd|vd|nvme|loop|xvd)|devmapper|\b(?:XFS|EXT4-fs|BTRFS)\b/;
/** The message speaks of a mount, but what failed is copying or writing into it. */
const COPIES = /tmpcopyup|\b(?:write|copy|copying|open|mkdir|pivot)\b/i;

export const mountMax: Cause = {
  id: 'mount-max',
  title: 'a mount namespace holds as many mounts as it may (fs.mount-max)',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A mount namespace may hold 100000 mounts. A container that shares its mounts (rshared / or /var/lib/docker: node-exporter, cAdvisor, CSI, nested clusters) can leave copies behind at every start and stop, ' +
    'and each round may double them, until mount answers "no space left on device". No disk is full.',
  confirm: 'Lines of /proc/PID/mountinfo of one namespace come near /proc/sys/fs/mount-max.',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'the failing call is a write or mkdir, not mount' },
    { cause: 'ucounts-namespaces', tell: 'the failing call is clone or unshare' },
  ],
  nextCheck: {
    run: 'wc -l /proc/[0-9]*/mountinfo',
    why: 'mounts of each namespace; compare the largest with `sysctl fs.mount-max`',
  },
  remedies: ['restart-mount-leaker', 'raise-mount-max'],
  sources: ['kernel fs/namespace.c (count_mounts)', 'moby/moby#45760'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'mount-enospc').filter((fact) => !DEVICE.test(fact.quote)),
      ...symptomsOf(
        scene,
        'ENOSPC',
        (symptom) => symptom.operation === 'mount' && !COPIES.test(symptom.message) && !DEVICE.test(symptom.message),
      ),
    ];
    const drafts = limitDrafts(scene, {
      limits: ['fs.mount-max'],
      failed,
      what: 'mounts',
      subject: 'mounts of a namespace',
      counted: located(scene),
      needed: FOR_A_CONTAINER,
      meaning:
        'No disk is full. A container is started in a copy of the namespace and needs about ten more. The limit counts in one mount namespace; a recursive bind of a namespace with half as many already fails.',
      more: growth(scene),
      score: 85,
    });
    if (drafts.length > 0) return drafts.map((draft) => halfFull(scene, draft));
    if (scene.from === 'host' || failures(scene).length === 0) return [];
    const counted = growth(scene);
    if (!says(scene, 'mounts') && counted.length === 0) return [];
    return [
      {
        confidence: counted.length > 0 ? 'likely' : 'possible',
        subject: 'mounts of a namespace',
        evidence: [
          ...counted,
          ...said(scene, 'mounts'),
          ...failures(scene)
            .slice(0, 1)
            .map((fact) => evidence(fact, '"no space left on device"')),
        ],
        explanation:
          'Mounts pile up in this text and something then has "no space left": a mount namespace may hold 100000 mounts, and shared mounts can double at every start.',
        score: counted.length > 0 ? 75 : 55,
      },
    ];
  },
};

/**
 * What every runtime mounts in its copy of the namespace before it leaves the rest of it: the root,
 * /proc, /dev, /dev/pts, /dev/shm, /dev/mqueue, /sys, /sys/fs/cgroup (OCI runtime-spec, config-linux).
 * The kernel counts one more than it shows, the root of the namespace.
 */
const FOR_A_CONTAINER = 9;

/** The namespace we look from, with the directory that holds most of its mounts. */
function located(scene: Scene): KnownLimit[] {
  const own = knownLimits(scene, 'fs.mount-max').find(({ value }) => value.scope === 'mount namespace of self');
  const directories = new Map<string, number>();
  for (const { value } of scene.facts.all('mount', (mount) => mount.pid === undefined)) {
    const above = value.target.slice(0, value.target.lastIndexOf('/')) || '/';
    directories.set(above, (directories.get(above) ?? 0) + 1);
  }
  const [most] = [...directories].toSorted((a, b) => b[1] - a[1]);
  return own && most ? [{ ...own, detail: `Most of them: ${most[1]} in ${most[0]}.` }] : [];
}

/** Somebody counts mounts: `grep … /proc/*\/mountinfo | wc -l`. */
function growth(scene: Scene): Evidence[] {
  return scene.facts
    .all(
      'command',
      (command) =>
        command.words.some((word) => /mountinfo|\/proc\/(?:self\/)?mounts/.test(word)) &&
        command.words.some((word) => /^(?:wc|-c|-l|count|uniq)$/.test(word)),
    )
    .slice(0, 1)
    .map((fact) => evidence(fact, 'mounts are being counted'));
}

/** A refused recursive bind with more than half of the limit in use is as good as reaching it. */
function halfFull<T extends { score?: number }>(scene: Scene, draft: T): T {
  const most = knownLimits(scene, 'fs.mount-max')[0];
  return most && fullness(most.value) >= 0.5 ? { ...draft, score: 90 } : draft;
}
