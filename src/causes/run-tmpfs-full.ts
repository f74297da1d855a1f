import { type Cause, type Draft, evidence } from './cause.ts';
import { allFileSystems, isInMemory } from './help/file-systems.ts';
import { MIB, share, size } from './help/format.ts';
import { creates, failures, message, textSeverity } from './help/said.ts';

const RUN = /^\/(?:var\/)?run(?:\/user\/\d+)?$/;
const BELOW_RUN = /^\/(?:var\/)?run\//;

export const runTmpfsFull: Cause = {
  id: 'run-tmpfs-full',
  title: '/run, a file system in memory, is full',
  severity: 'critical',
  prevalence: 'B',
  about:
    '/run is a tmpfs of a tenth to a fifth of the memory. Engines keep the state of every container there (sockets, FIFOs, task directories, sometimes logs). ' +
    'When it is full no container can be started or entered, systemd cannot reload, and the disks look fine.',
  confirm: 'df of /run (or /run/user/UID) shows under 16 MiB available.',
  lookAlikes: [
    {
      cause: 'tmpfs-inodes-exhausted',
      tell: 'df -i shows the inodes at 100 %, df shows room; mkdir fails rather than write',
    },
    { cause: 'mount-max', tell: 'mounting fails, not writing' },
  ],
  nextCheck: { run: 'df -h /run /run/user/*', why: 'shows what the tmpfs has left' },
  remedies: ['remount-tmpfs-larger', 'release-deleted', 'journal-vacuum'],
  prevention: 'Do not leave tmpfs out of monitoring.',
  sources: ['systemd src/core (safety buffer of 16 MiB on /run/systemd)', 'kubernetes/kubernetes#105928', 'tmpfs(5)'],
  explains: ['plain-fs-full'],
  find(scene) {
    const drafts: Draft[] = [];
    const buffer = message(scene, 'run-safety-buffer');
    for (const fs of allFileSystems(scene)) {
      if (!RUN.test(fs.mountpoint) || fs.inContainer || !(isInMemory(fs) || fs.type === undefined) || fs.size === 0)
        continue;
      // systemd refuses to reload under 16 MiB; a small user tmpfs is judged by its share
      const empty = fs.available <= Math.min(MIB, fs.size * 0.01);
      if (!empty && fs.available >= Math.min(16 * MIB, fs.size * 0.05)) continue;
      drafts.push({
        confidence: empty ? 'confirmed' : 'likely',
        severity: empty || fs.mountpoint === '/run' ? 'critical' : 'warning',
        subject: fs.mountpoint,
        evidence: [evidence(fs.fact, `${size(fs.available)} left`)],
        explanation: `${fs.mountpoint} is a tmpfs of ${size(fs.size)}, ${share(fs.used, fs.size)} used, with ${size(fs.available)} left.`,
        score: 85,
      });
    }
    if (drafts.length > 0) return drafts;
    if (buffer)
      return [
        {
          confidence: 'likely',
          subject: '/run',
          evidence: [evidence(buffer, 'systemd will not reload: /run is short of its safety buffer')],
          explanation: 'systemd itself says that /run has less left than the 16 MiB it keeps as a safety buffer.',
          score: 90,
        },
      ];
    if (scene.from === 'host') return [];
    const failing = failures(scene, ['ENOSPC'], BELOW_RUN).find((fact) => BELOW_RUN.test(fact.value.path ?? ''));
    const copy = message(scene, 'tmpcopyup-failed');
    if (!failing && !copy) return [];
    const proof = failing ?? copy;
    return [
      {
        confidence: 'possible',
        severity: textSeverity(scene),
        subject: '/run',
        evidence: proof
          ? [
              evidence(
                proof,
                failing ? 'the failing path is below /run' : "filling a tmpfs with the image's files failed",
              ),
            ]
          : [],
        explanation: failing
          ? 'The failing path is below /run, which is a tmpfs in memory and not the disk that df / shows.'
          : 'The temporary directory of the runtime may be on a small tmpfs.',
        score: failing ? (creates(failing) ? 60 : 78) : 40,
      },
    ];
  },
};
