import type { Remedy } from './remedy.ts';

export const deleteSnapshots: Remedy = {
  id: 'delete-snapshots',
  title: 'Delete old snapshots',
  risk: 'destructive',
  byHand: [
    'snapper list, timeshift --list, zfs list -t snapshot, or btrfs subvolume list -s /',
    'delete the oldest by their tool: snapper delete N-M, zfs destroy POOL/SET@NAME',
    'btrfs: btrfs subvolume sync /   (space returns when the cleaner is done)',
    'give the data root a subvolume or dataset that is not snapshotted',
  ],
  danger: 'A snapshot may be the only way back after an upgrade.',
};
