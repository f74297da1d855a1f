import type { Remedy } from './remedy.ts';

export const checkFileSystemsAfterFullPool: Remedy = {
  id: 'check-file-systems-after-full-pool',
  title: 'Check the file systems that lost writes',
  risk: 'downtime',
  byHand: [
    'First make room in the pool, or the check cannot write.',
    'Stop the containers whose volumes are named in the kernel log; unmount the volumes.',
    'ext4: e2fsck -f; xfs: mount once to replay the log, unmount, xfs_repair.',
    'Compare files written around that time with a backup; databases: run their own check.',
  ],
};
