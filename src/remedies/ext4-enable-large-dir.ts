import type { Remedy } from './remedy.ts';

export const ext4EnableLargeDir: Remedy = {
  id: 'ext4-enable-large-dir',
  title: 'Allow a deeper directory index (large_dir)',
  risk: 'downtime',
  byHand: ['Unmount the file system; e2fsck -f /dev/X', 'tune2fs -O large_dir /dev/X', 'Mount it again'],
  danger: 'It cannot be switched off; old kernels (before 4.13) and boot loaders cannot read it then: not for /boot.',
};
