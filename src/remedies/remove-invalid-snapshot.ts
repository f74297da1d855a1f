import type { Remedy } from './remedy.ts';

export const removeInvalidSnapshot: Remedy = {
  id: 'remove-invalid-snapshot',
  title: 'Remove the invalid snapshot',
  risk: 'destructive',
  byHand: [
    'See that it is a snapshot: lvs shows its origin; the origin is not touched.',
    'Unmount it; destructive: lvremove VG/SNAPSHOT (it cannot be read any more in any case).',
    'Make the next one larger, or set snapshot_autoextend_threshold below 100.',
  ],
};
