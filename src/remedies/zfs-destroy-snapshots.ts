import type { Remedy } from './remedy.ts';

export const zfsDestroySnapshots: Remedy = {
  id: 'zfs-destroy-snapshots',
  title: 'Destroy ZFS snapshots that hold deleted data',
  risk: 'destructive',
  byHand: [
    'zfs list -t snapshot -o name,used -s used',
    'zfs destroy -nv POOL/DATASET@A%B: shows what would be freed',
    'The same without -n',
  ],
  danger: 'A destroyed snapshot cannot be brought back.',
};
