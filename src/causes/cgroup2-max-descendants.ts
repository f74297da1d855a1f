import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { messagesOf, worded } from './help/messages.ts';

export const cgroup2MaxDescendants: Cause = {
  id: 'cgroup2-max-descendants',
  title: 'a cgroup may have no more descendants (cgroup.max.descendants, cgroup.max.depth)',
  severity: 'critical',
  prevalence: 'C',
  about:
    'A cgroup of version 2 can limit how many cgroups lie below it and how deep. mkdir then answers "Resource temporarily unavailable", which looks like a limit of processes. Dying cgroups count as well.',
  confirm: 'Walking up from the failing path: nr_descendants in cgroup.stat reaches cgroup.max.descendants.',
  lookAlikes: [{ cause: 'memcg-id-exhaustion', tell: 'mkdir says "no space left on device"' }],
  nextCheck: {
    run: 'grep -H . /sys/fs/cgroup/cgroup.max.descendants /sys/fs/cgroup/cgroup.stat',
    why: 'the limit and what exists',
  },
  remedies: ['raise-cgroup-descendants'],
  sources: ['kernel Documentation/admin-guide/cgroup-v2.rst, cgroup.max.descendants'],
  find(scene) {
    return limitDrafts(scene, {
      limits: ['cgroup.max.descendants', 'cgroup.max.depth'],
      failed: [
        ...worded(scene, 'EAGAIN', /mkdir[^\n]*cgroup|cgroup[^\n]*(?:creat|mkdir)/i),
        ...messagesOf(scene, 'cgroup-mkdir-failed').filter((fact) => /temporarily unavailable/i.test(fact.quote)),
      ],
      what: 'cgroups below one cgroup',
      subject: 'a cgroup',
      meaning: 'No disk is full, and no limit of processes is reached.',
      score: 85,
    });
  },
};
