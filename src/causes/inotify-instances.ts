import type { Cause, Draft, Scene } from './cause.ts';
import { countedInotify } from './help/inotify.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, show, symptomsOf, worded } from './help/messages.ts';
import { said, says } from './help/said.ts';

const LIMITS = ['fs.inotify.max_user_instances', 'user.max_inotify_instances'];

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
    const drafts = limitDrafts(scene, {
      limits: LIMITS,
      counted: countedInotify(scene, 'instances', ...LIMITS),
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
    return drafts.length > 0 || scene.from === 'host' ? drafts : withoutReason(scene);
  },
};

/** "Too many open files" where the limit of open files is said to be far, on a node of many containers. */
function withoutReason(scene: Scene): Draft[] {
  const refused = symptomsOf(scene, 'EMFILE');
  const crowd = says(scene, 'kubernetes', 'kind', 'containerd', 'docker', 'podman', 'lxd');
  if (refused.length === 0 || !crowd) return [];
  const excluded = says(scene, 'open-files-excluded');
  if (!excluded && !says(scene, 'kubernetes', 'kind')) return [];
  return [
    {
      confidence: 'possible',
      severity: excluded ? 'critical' : 'warning',
      subject: 'inotify instances of a user',
      evidence: [...show(refused, 'too many open files', 2), ...said(scene, 'open-files-excluded')],
      explanation:
        '"Too many open files" is also what the kernel says when a user has no inotify instance left (128 by default, over all containers of that user).',
      score: excluded ? 78 : 55,
    },
  ];
}
