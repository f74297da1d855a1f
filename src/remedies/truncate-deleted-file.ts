import type { Remedy } from './remedy.ts';

export const truncateDeletedFile: Remedy = {
  id: 'truncate-deleted-file',
  title: 'Empty a deleted file through its descriptor',
  risk: 'destructive',
  byHand: ['lsof -nP +L1   (process, descriptor, size)', 'truncate -s 0 /proc/PID/fd/N'],
  danger:
    'Only for logs and finished downloads. Never for a database: it reads back zeros. A program that does not append makes a sparse file of it.',
  plan: 'release-deleted',
};
