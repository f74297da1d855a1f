import type { Remedy } from './remedy.ts';

export const findInodeHogs: Remedy = {
  id: 'find-inode-hogs',
  title: 'Find the directory with the many files',
  risk: 'safe',
  byHand: [
    'du --inodes -x --max-depth=3 /var/lib/docker   (reads every directory: heavy on a sick disk)',
    'remove stopped containers and unused images that hold them; mount caches and node_modules as volumes',
  ],
};
