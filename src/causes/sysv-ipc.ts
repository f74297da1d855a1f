import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, worded } from './help/messages.ts';
import { said } from './help/said.ts';

export const sysvIpc: Cause = {
  id: 'sysv-ipc',
  title: 'the kernel has no more System V semaphores, shared memory or message queues to give',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Databases, Apache and dmsetup (its udev cookies are semaphores) ask for System V IPC objects. Their number is limited for each IPC namespace, so a container has limits of its own; ' +
    'when they are used up semget, shmget or msgget answer "No space left on device". No disk is full.',
  confirm:
    '`ipcs -u` in the same IPC namespace shows as many objects as kernel.sem, kernel.shmmni or kernel.msgmni allow.',
  lookAlikes: [
    { cause: 'shm-64m', tell: 'POSIX shared memory: /dev/shm of the container is full' },
    { cause: 'plain-fs-full', tell: 'the failing call is a write' },
  ],
  nextCheck: { run: 'ipcs -us', why: 'counts semaphore sets and semaphores in use; compare with `sysctl kernel.sem`' },
  remedies: ['raise-kernel-sem', 'dmsetup-udevcomplete-all', 'remove-ipc-orphans'],
  sources: ['semget(2), ERRORS', 'sysvipc(7)', 'moby/moby#33603'],
  explains: ['dm-udev-semaphores'],
  find(scene) {
    return limitDrafts(scene, {
      limits: ['kernel.sem.semmni', 'kernel.sem.semmns', 'kernel.shmmni', 'kernel.shmall', 'kernel.msgmni'],
      failed: [
        ...messagesOf(scene, 'sysv-ipc-failed', 'dm-semaphores-exhausted'),
        ...worded(scene, 'ENOSPC', /semget|shmget|msgget|semaphore|message queue/i),
        ...messagesOf(scene, 'dm-cookie-failed'),
      ],
      what: 'System V IPC objects',
      subject: 'System V IPC of this IPC namespace',
      meaning:
        'No disk is full. The limits belong to the IPC namespace: a container has its own (--sysctl kernel.sem=…).',
      more: said(scene, 'semaphores'),
      spokenOf: ['semaphores'],
      score: 88,
    });
  },
};
