import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, worded } from './help/messages.ts';

export const ptyExhausted: Cause = {
  id: 'pty-exhausted',
  title: 'no pseudo terminals are left',
  severity: 'critical',
  prevalence: 'C',
  about:
    '`docker run -t` and `docker exec -t` each need a pseudo terminal. When leaked sessions hold all of them, opening /dev/ptmx answers "No space left on device". Without -t it works. No disk is full.',
  confirm:
    '/proc/sys/kernel/pty/nr reaches max less reserve (4096 - 1024 by default); in a container the devpts mount option max.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'docker exec without -t fails as well' }],
  nextCheck: { run: 'sysctl kernel.pty.nr kernel.pty.max kernel.pty.reserve', why: 'terminals in use and allowed' },
  remedies: ['end-leaked-terminals'],
  sources: ['pty(7)', 'kernel fs/devpts/inode.c (devpts_new_index)'],
  find(scene) {
    return limitDrafts(scene, {
      limits: ['kernel.pty.max'],
      failed: [
        ...messagesOf(scene, 'pty-enospc'),
        ...worded(scene, 'ENOSPC', /\/dev\/(?:pts\/)?ptmx|\bpty\b|pseudo.?terminal/i),
      ],
      what: 'pseudo terminals',
      subject: 'pseudo terminals',
      meaning: 'No disk is full; commands without a terminal (no -t) still work.',
      score: 88,
    });
  },
};
