import type { Remedy } from './remedy.ts';

export const remountTmpfsLarger: Remedy = {
  id: 'remount-tmpfs-larger',
  title: 'Enlarge a tmpfs while it is mounted',
  risk: 'safe',
  byHand: [
    'df -h MOUNT; df -i MOUNT   (bytes or inodes?)',
    'du -xh --max-depth=2 MOUNT   (what lies there)',
    'mount -o remount,size=512M,nr_inodes=800k MOUNT   (until the next boot)',
  ],
  danger: 'It takes memory: leave enough for the programs.',
};
