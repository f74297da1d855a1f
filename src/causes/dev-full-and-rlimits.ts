import type { Cause, Draft } from './cause.ts';
import { show, symptomsOf, worded } from './help/messages.ts';

export const devFullAndRlimits: Cause = {
  id: 'dev-full-and-rlimits',
  title: 'the target is /dev/full, or the process may not write larger files',
  severity: 'warning',
  prevalence: 'C',
  about:
    '/dev/full answers every write with "No space left on device": a log path that leads there never works. A process with a limit of file size (RLIMIT_FSIZE) gets "File too large" beyond it. No disk is full.',
  confirm: 'The failing path is or links to /dev/full; or `prlimit --fsize` of the process is not unlimited.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the path is an ordinary file' }],
  nextCheck: { run: 'prlimit --fsize --pid 1', why: 'shows the limit of file size of a process' },
  remedies: ['raise-file-size-limit'],
  sources: ['full(4)', 'setrlimit(2), RLIMIT_FSIZE'],
  find(scene) {
    const full = worded(scene, 'ENOSPC', /\/dev\/full\b/);
    const large = symptomsOf(scene, 'EFBIG');
    const drafts: Draft[] = [];
    if (full.length > 0) {
      drafts.push({
        confidence: 'likely',
        subject: '/dev/full',
        evidence: show(full, 'the write went to /dev/full'),
        explanation: 'The write went to /dev/full, which is always full. No disk is.',
        score: 85,
      });
    }
    if (large.length > 0) {
      drafts.push({
        confidence: 'likely',
        subject: large[0]?.value.path ?? 'a limit of file size',
        evidence: show(large, 'the file would become too large'),
        explanation:
          '"File too large": the process has a limit of file size (ulimit -f), or the file system cannot hold a file of that size. No disk is full.',
        score: 60,
      });
    }
    return drafts;
  },
};
