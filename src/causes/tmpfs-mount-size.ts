import { type Cause, evidence } from './cause.ts';
import { allFileSystems, holding, isInMemory } from './help/file-systems.ts';
import { share, size } from './help/format.ts';
import { failures, message, said, says, textSeverity } from './help/said.ts';

/** These have causes or meanings of their own. */
const OTHERS = /^\/(?:(?:var\/)?run(?:\/user\/\d+|\/lock)?|dev|dev\/shm|sys(?:\/.*)?|proc(?:\/.*)?)$/;

export const tmpfsMountSize: Cause = {
  id: 'tmpfs-mount-size',
  title: 'A tmpfs mount is at its size limit',
  severity: 'critical',
  prevalence: 'B',
  about:
    "A --tmpfs mount, a read-only container's temporary /var or /tmp, an emptyDir of medium Memory or the host's /tmp lives in memory and has its own small size. " +
    'It fills without any disk being full; and what the image holds at that place is copied into it first (tmpcopyup).',
  confirm: 'df of the mount, seen from inside the container, shows the tmpfs at 100 %.',
  lookAlikes: [
    { cause: 'run-tmpfs-full', tell: 'the mount is /run' },
    { cause: 'shm-64m', tell: 'the mount is /dev/shm' },
    { cause: 'plain-fs-full', tell: 'the mount is no tmpfs' },
  ],
  nextCheck: { run: 'df -hT -t tmpfs', why: 'shows every tmpfs with its size; run it inside the container too' },
  remedies: ['remount-tmpfs-larger', 'set-staging-dir'],
  sources: ['tmpfs(5)', 'Documentation/filesystems/tmpfs.rst', 'opencontainers/runc tmpcopyup'],
  explains: ['plain-fs-full'],
  find(scene) {
    const full = allFileSystems(scene).filter(
      (fs) => isInMemory(fs) && fs.size > 0 && !OTHERS.test(fs.mountpoint) && fs.available <= fs.size * 0.02,
    );
    if (full.length > 0)
      return full.map((fs) => ({
        confidence: fs.available <= fs.size * 0.005 ? 'confirmed' : 'likely',
        severity: 'critical',
        subject: fs.mountpoint,
        evidence: [evidence(fs.fact, `${size(fs.available)} left`)],
        explanation: `${fs.mountpoint} is a tmpfs of ${size(fs.size)}, ${share(fs.used, fs.size)} used; what is written there is kept in memory and stops at that size.`,
        score: 80,
      }));
    const copy = message(scene, 'tmpcopyup-failed');
    if (copy)
      return [
        {
          confidence: 'likely',
          subject: 'tmpfs of the container',
          evidence: [evidence(copy, "the image's files did not fit into the tmpfs mounted over them")],
          explanation:
            'The runtime copies what the image has at that place into the new tmpfs, through its temporary directory, and that had no room for it.',
          score: 85,
        },
      ];
    if (scene.from === 'host') return [];
    const failing = failures(scene).find(
      (fact) => fact.value.path !== undefined && onTmpfs(holding(scene, fact.value.path)),
    );
    if (!failing && !says(scene, 'tmpfs')) return [];
    if (!failing && failures(scene).length === 0) return [];
    return [
      {
        confidence: failing ? 'likely' : 'possible',
        severity: textSeverity(scene),
        subject: failing?.value.path ?? 'tmpfs',
        evidence: [
          ...(failing ? [evidence(failing, 'the failing path lies on a tmpfs')] : []),
          ...said(scene, 'tmpfs'),
        ],
        explanation: 'A tmpfs is spoken of: it has a size of its own, in memory, whatever the disks have left.',
        score: failing ? 60 : 42,
      },
    ];
  },
};

function onTmpfs(fs: ReturnType<typeof holding>): boolean {
  return fs !== undefined && isInMemory(fs) && !OTHERS.test(fs.mountpoint) && fs.available < fs.size * 0.2;
}
