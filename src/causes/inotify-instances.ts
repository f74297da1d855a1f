import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, symptomsOf, worded } from './help/messages.ts';

export const inotifyInstances: Cause = {
  id: 'inotify-instances',
  title: 'a user has no inotify instances left',
  severity: 'critical',
  prevalence: 'A',
  about:
    'Each program that follows files opens an inotify instance. A user may have 128 by default, over all containers that run as that user, which a node with many pods reaches soon. ' +
    'The error is "Too many open files", though neither ulimit -n nor the disk is the reason.',
  confirm: 'File descriptors of one user that link to anon_inode:inotify come to fs.inotify.max_user_instances.',
  lookAlikes: [{ cause: 'inotify-watches', tell: 'the error is "No space left on device"' }],
  nextCheck: { run: 'sysctl fs.inotify.max_user_instances', why: '128 is the default' },
  remedies: ['raise-inotify-instances'],
  prevention: 'fs.inotify.max_user_instances=8192 in /etc/sysctl.d.',
  sources: ['inotify(7)', 'kubernetes/kops#2913', 'derailed/k9s#1399'],
  find(scene) {
    return limitDrafts(scene, {
      limits: ['fs.inotify.max_user_instances', 'user.max_inotify_instances'],
      failed: [
        // the same wording with "no space left" means watches
        ...messagesOf(scene, 'inotify-instance-failed').filter((fact) => !/no space left/i.test(fact.quote)),
        ...worded(scene, 'EMFILE', /inotify|fsnotify|watch(?:er)?\b/i),
      ],
      what: 'inotify instances',
      subject: 'inotify instances of a user',
      meaning: 'Neither the disk nor the limit of open files is the reason.',
      perUser: true,
      spokenOf: symptomsOf(scene, 'EMFILE').length > 0 ? ['inotify'] : [],
      score: 88,
    });
  },
};
