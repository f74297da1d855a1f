import type { Remedy } from './remedy.ts';

export const growFileSystem: Remedy = {
  id: 'grow-file-system',
  title: 'Grow the file system into the space that is there',
  risk: 'safe',
  byHand: [
    'lsblk -o NAME,SIZE,FSSIZE,FSTYPE,MOUNTPOINT',
    'growpart /dev/DISK N   (a partition)',
    'pvresize /dev/PART; lvextend -l +100%FREE VG/LV   (with LVM)',
    'resize2fs /dev/DEVICE, xfs_growfs MOUNT, or btrfs filesystem resize max MOUNT',
  ],
  danger: 'XFS cannot be made smaller again.',
};
