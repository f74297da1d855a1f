import type { Cause } from './cause.ts';
import { countedInotify } from './help/inotify.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, symptomsOf, worded } from './help/messages.ts';

/** Messages of programs whose watch failed: cAdvisor, kubelet, kind, Node.js, tail, systemd. */
const WATCH = /inotify|fsnotify|\bwatch(?:ers?|es|ed|ing)?\b/i;

const LIMITS = ['fs.inotify.max_user_watches', 'user.max_inotify_watches'];

export const inotifyWatches: Cause = {
  id: 'inotify-watches',
  title: 'a user has no inotify watches left',
  severity: 'critical',
  prevalence: 'A',
  about:
    'Programs that follow files (kubelet, cAdvisor, log shippers, editors, `kubectl logs -f`, `tail -f`) ask the kernel for a watch on each file or directory. The number is limited per user, over all containers of that user; ' +
    'when it is used up the kernel answers "No space left on device". No disk is full. The default was 8192 before Linux 5.11.',
  confirm: 'Lines `inotify wd:` in /proc/*/fdinfo/* of one user come to fs.inotify.max_user_watches.',
  lookAlikes: [
    { cause: 'inotify-instances', tell: 'the error is "Too many open files"' },
    { cause: 'plain-fs-full', tell: 'the failing call is a write, not a watch' },
  ],
  nextCheck: {
    run: 'sysctl fs.inotify.max_user_watches',
    why: '8192 is the old default and too little for a node with many containers',
  },
  remedies: ['raise-inotify-watches'],
  prevention: 'fs.inotify.max_user_watches=1048576 in /etc/sysctl.d.',
  sources: ['inotify(7)', 'kernel fs/notify/inotify/inotify_user.c', 'kubernetes/kubernetes#70324'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'inotify-watch-failed'),
      ...worded(scene, 'ENOSPC', WATCH),
      ...symptomsOf(scene, 'ENOSPC', (symptom) => symptom.operation === 'inotify_add_watch'),
    ];
    return limitDrafts(scene, {
      limits: LIMITS,
      counted: countedInotify(scene, 'watches', ...LIMITS),
      failed,
      what: 'inotify watches',
      subject: 'inotify watches of a user',
      meaning: 'No disk is full: this is a count of files being watched.',
      perUser: true,
      spokenOf: symptomsOf(scene, 'EMFILE').length === 0 ? ['inotify'] : [],
      score: 88,
    });
  },
};
