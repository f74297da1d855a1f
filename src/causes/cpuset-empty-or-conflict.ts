import type { Cause } from './cause.ts';
import { messagesOf, show, worded } from './help/messages.ts';
import { said } from './help/said.ts';

export const cpusetEmptyOrConflict: Cause = {
  id: 'cpuset-empty-or-conflict',
  title: 'a cpuset is empty or smaller than what its children use',
  severity: 'critical',
  prevalence: 'B',
  about:
    'A process cannot join a cgroup whose cpuset has no CPUs or memory nodes, and a parent cannot be shrunk below what its children use. The kernel answers both with "No space left on device". ' +
    'It follows CPU hot-unplug, a changed static CPU policy of the kubelet, or a manager that wrote the wrong order. No disk is full.',
  confirm: 'cpuset.cpus or cpuset.mems (v2: cpuset.cpus.effective) of the cgroup or one above it is empty.',
  lookAlikes: [{ cause: 'memcg-id-exhaustion', tell: 'mkdir fails, not a write' }],
  nextCheck: {
    run: 'grep -rH . /sys/fs/cgroup --include=cpuset.cpus.effective',
    why: 'an empty one on the way to the failing cgroup is the reason',
  },
  remedies: ['fix-cpuset-top-down'],
  sources: ['cpuset(7), ERRORS', 'opencontainers/runc#133', 'hashicorp/nomad#23405'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'cpuset-write-failed'),
      ...worded(scene, 'ENOSPC', /cpuset|\/sys\/fs\/cgroup\S*(?:cgroup\.procs|\/tasks)\b/i).filter(
        (fact) => !/mkdir|inotify/i.test(fact.value.message),
      ),
    ];
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: failed[0]?.quote.match(/\/sys\/fs\/cgroup\/\S*?(?=[:\s"]|$)/)?.[0] ?? 'a cpuset',
        evidence: [...show(failed, 'the kernel refused a cpuset change'), ...said(scene, 'cgroups')],
        explanation:
          'The cgroup, or one above it, has no CPUs or memory nodes, or is to be made smaller than its children need. The kernel words that as "No space left on device"; no disk is full.',
        score: 88,
      },
    ];
  },
};
