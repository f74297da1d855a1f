import type { Remedy } from './remedy.ts';

export const dropDyingCgroups: Remedy = {
  id: 'drop-dying-cgroups',
  title: 'Let the kernel release dead memory cgroups',
  risk: 'safe',
  byHand: [
    'echo 3 > /proc/sys/vm/drop_caches (costs cache for a while)',
    'cat /proc/cgroups: the count must fall',
    'Remove stale directories below /sys/fs/cgroup (left run-*.scope); if nothing helps: drain the node and reboot',
  ],
};
