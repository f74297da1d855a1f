import type { Remedy } from './remedy.ts';

export const remountAfterFsck: Remedy = {
  id: 'remount-after-fsck',
  title: 'Unmount, check and mount the ext4 file system again',
  risk: 'downtime',
  byHand: [
    'Cure what lies below first: pool, loop file, array, disk',
    'Stop what uses it; umount /mount',
    'e2fsck -f /dev/X (it also resets the error counter)',
    'mount it again and write a test file',
  ],
  danger: 'A remount to rw without a check is refused or unsafe.',
};
