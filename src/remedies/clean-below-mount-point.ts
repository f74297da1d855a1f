import type { Remedy } from './remedy.ts';

export const cleanBelowMountPoint: Remedy = {
  id: 'clean-below-mount-point',
  title: 'Remove what lies below a mount point',
  risk: 'destructive',
  byHand: [
    'mkdir -p /mnt/below; mount --bind / /mnt/below',
    'du -xh --max-depth=3 /mnt/below   (look at the places that are mount points)',
    'make sure that it is old data: compare with what is mounted there',
    'move it away, then delete; umount /mnt/below',
  ],
  danger: 'It may be the only copy of what was written while the disk was missing.',
};
