import { type Cause, evidence } from './cause.ts';
import { allFileSystems } from './help/file-systems.ts';
import { MIB, size } from './help/format.ts';
import { messagesOf } from './help/messages.ts';
import { message, said, says, textSeverity } from './help/said.ts';

/** Docker's DefaultShmSize; Podman, containerd and CRI-O use the same. */
const DEFAULT_SHM = 64 * MIB;

export const shm64m: Cause = {
  id: 'shm-64m',
  title: "The container's /dev/shm of 64 MiB is too small",
  severity: 'critical',
  prevalence: 'A',
  about:
    'Every container gets a /dev/shm of its own, a tmpfs of 64 MiB unless told otherwise. PostgreSQL (parallel queries), browsers, PyTorch and NCCL put large segments there ' +
    'and then say "no space left on device" or die of SIGBUS. No disk is full.',
  confirm:
    'Inside the container df /dev/shm shows 64M and 100 %, or docker inspect shows ShmSize 67108864 and the program words a shared memory segment.',
  lookAlikes: [
    { cause: 'sysv-ipc', tell: 'the call is shmget or semget: System V limits of the kernel, not /dev/shm' },
    { cause: 'plain-fs-full', tell: 'the message names a file on a disk' },
  ],
  nextCheck: { run: 'docker exec CONTAINER df -h /dev/shm', why: "shows the size of the container's /dev/shm" },
  remedies: ['raise-shm-size', 'remount-shm-hot'],
  prevention: 'shm_size in the compose file, or "default-shm-size" in daemon.json.',
  sources: ['moby daemon/config (DefaultShmSize 64 MiB)', 'docker-library/postgres#416', 'shm_overview(7)'],
  explains: ['plain-fs-full'],
  find(scene) {
    const rows = allFileSystems(scene).filter(
      (fs) =>
        fs.mountpoint === '/dev/shm' &&
        fs.size > 0 &&
        fs.available <= fs.size * 0.1 &&
        (fs.inContainer || fs.size === DEFAULT_SHM),
    );
    if (rows.length > 0)
      return rows.map((fs) => ({
        confidence: fs.available <= fs.size * 0.02 ? 'confirmed' : 'likely',
        severity: 'critical',
        subject: '/dev/shm in the container',
        evidence: [evidence(fs.fact, `${size(fs.available)} of ${size(fs.size)} left`)],
        explanation: `/dev/shm has ${size(fs.size)} and ${size(fs.available)} left.`,
        score: 85,
      }));
    // the same words with shmget are System V; a mount that is refused is another limit
    const otherwise = messagesOf(scene, 'sysv-ipc-failed', 'mount-enospc').length > 0;
    if (otherwise && !messagesOf(scene, 'shm-resize-failed').some((fact) => fact.value.params['segment'])) return [];
    const failed = message(scene, 'shm-resize-failed');
    if (failed) {
      const small = scene.facts.first('container', (container) => container.shmSize === DEFAULT_SHM);
      const bytes = failed.value.params['bytes'];
      return [
        {
          confidence: 'likely',
          subject: small ? `container ${small.value.name ?? small.value.id.slice(0, 12)}` : '/dev/shm of the container',
          evidence: [
            evidence(failed, 'a shared memory segment could not be made larger'),
            ...(small ? [evidence(small, 'its /dev/shm has the default 64 MiB')] : []),
          ],
          explanation: `The program asked for a shared memory segment${typeof bytes === 'number' ? ` of ${size(bytes)}` : ''} in /dev/shm, which has 64 MiB in a container unless it was given more.`,
          score: 92,
        },
      ];
    }
    const touched = scene.facts.first(
      'symptom',
      (symptom) =>
        symptom.errno === 'ENOSPC' &&
        // a mount that is refused, or System V segments, are other limits
        symptom.operation !== 'mount' &&
        !/\bmounting\b|shmget/i.test(symptom.message) &&
        /\/dev\/shm\b|shared memory/i.test(`${symptom.path ?? ''} ${symptom.message}`),
    );
    if (!touched && (scene.from === 'host' || !says(scene, 'shared-memory'))) return [];
    return [
      {
        confidence: touched ? 'likely' : 'possible',
        severity: scene.from === 'text' ? textSeverity(scene) : 'critical',
        subject: '/dev/shm of the container',
        evidence: [
          ...(touched ? [evidence(touched, 'shared memory is what has no room')] : []),
          ...said(scene, 'shared-memory'),
        ],
        explanation: "Shared memory is what runs out: a container's /dev/shm has 64 MiB unless it was given more.",
        score: touched ? 85 : 65,
      },
    ];
  },
};
