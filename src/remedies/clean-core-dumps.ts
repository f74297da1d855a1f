import type { Remedy } from './remedy.ts';

export const cleanCoreDumps: Remedy = {
  id: 'clean-core-dumps',
  title: 'Remove core dumps',
  risk: 'destructive',
  byHand: [
    'coredumpctl list',
    'coredumpctl dump PID -o FILE   (keep the one that is to be looked into)',
    'remove the files in /var/lib/systemd/coredump and /var/crash',
    'MaxUse=1G in /etc/systemd/coredump.conf',
  ],
};
