import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { messagesOf, show, worded } from './help/messages.ts';

export const podmanNumLocks: Cause = {
  id: 'podman-num-locks',
  title: 'Podman has no locks left (num_locks)',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Podman takes one of 2048 locks for every container, pod and volume. Volumes left behind by removed containers use them up; then nothing can be created, and older versions word it as "no space left on device". No disk is full.',
  confirm:
    'The message `allocation failed; exceeded num_locks`; or containers, pods and volumes together come to num_locks; `podman info` shows freeLocks 0.',
  lookAlikes: [{ cause: 'volumes-orphaned', tell: 'what uses the locks, most of the time' }],
  nextCheck: { run: 'podman info --format {{.Host.FreeLocks}}', why: 'locks left (newer versions)' },
  remedies: ['prune-volumes', 'podman-raise-num-locks'],
  sources: ['containers.conf(5), num_locks', 'podman-system-renumber(1)', 'containers/podman#27093'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'podman-locks-exhausted'),
      ...worded(scene, 'ENOSPC', /allocat\w* lock|num_locks/i),
    ];
    const none = scene.facts.last('engine', (engine) => engine.freeLocks !== undefined);
    const free = none?.value.freeLocks;
    const drafts: Draft[] = [];
    if (none && free === 0) {
      drafts.push({
        confidence: 'confirmed',
        subject: 'Podman locks',
        evidence: [evidence(none, 'no lock is free'), ...show(failed, 'allocating a lock failed')],
        explanation:
          'Podman has no free lock: no container, pod or volume can be created until some are removed or num_locks is raised.',
        score: 95,
      });
    } else if (failed.length > 0) {
      drafts.push({
        confidence: 'likely',
        subject: 'Podman locks',
        evidence: show(failed, 'allocating a lock failed'),
        explanation:
          'Podman could not allocate a lock. Every container, pod and volume takes one of num_locks (2048); leaked volumes are the usual reason. No disk is full.',
        score: 90,
      });
    } else if (none && free !== undefined && free < 50) {
      drafts.push({
        confidence: 'possible',
        severity: 'notice',
        subject: 'Podman locks',
        evidence: [evidence(none, `${free} locks are free`)],
        explanation: `Podman has ${free} locks left; every container, pod and volume takes one.`,
        score: 40,
      });
    }
    return drafts;
  },
};
