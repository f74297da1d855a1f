import type { Remedy } from './remedy.ts';

export const xfsFailOnNospace: Remedy = {
  id: 'xfs-fail-on-nospace',
  title: 'Let xfs give up instead of hanging',
  risk: 'downtime',
  byHand: [
    'Better: give the pool room; the waiting writes then go on by themselves.',
    'If that is not possible: echo 0 > /sys/fs/xfs/DEV/error/metadata/ENOSPC/max_retries; the file system shuts down and its users get errors.',
    'For Docker: dm.xfs_nospace_max_retries=0 for volumes mounted later.',
  ],
  danger: 'What was not yet written is lost when the file system shuts down.',
};
