import type { Remedy } from './remedy.ts';

export const xfsRaiseImaxpct: Remedy = {
  id: 'xfs-raise-imaxpct',
  title: 'Let xfs give more space to inodes',
  risk: 'safe',
  byHand: [
    'xfs_info /mount: note imaxpct',
    'xfs_growfs -m 50 /mount (online; undo with the old value)',
    'df -i /mount: free inodes must have appeared',
  ],
};
