import type { Remedy } from './remedy.ts';

export const ext4ShardDirectory: Remedy = {
  id: 'ext4-shard-directory',
  title: 'Spread the files of the full directory over several',
  risk: 'downtime',
  byHand: [
    'find /mount -xdev -inum N: the directory the kernel named',
    'Stop what writes there; move or delete files, use sub-directories',
    'e2fsck -fD on the unmounted device packs the index again',
  ],
};
