import type { Remedy } from './remedy.ts';

export const ext4EnableEaInode: Remedy = {
  id: 'ext4-enable-ea-inode',
  title: 'Let ext4 keep large attributes in inodes of their own',
  risk: 'downtime',
  byHand: ['Unmount; e2fsck -f /dev/X', 'tune2fs -O ea_inode /dev/X', 'Mount it again'],
  danger: 'It cannot be switched off and needs Linux 4.13 or newer.',
};
