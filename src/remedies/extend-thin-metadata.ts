import type { Remedy } from './remedy.ts';

export const extendThinMetadata: Remedy = {
  id: 'extend-thin-metadata',
  title: "Enlarge the pool's metadata",
  risk: 'downtime',
  byHand: [
    'If the pool is still rw: lvextend --poolmetadatasize +SIZE VG/POOL, done online.',
    'If it is ro or needs_check: stop what uses it, deactivate the thin volumes and the pool.',
    'lvextend --poolmetadatasize first, then lvconvert --repair VG/POOL; the old metadata stays as POOL_meta0.',
    'Activate, check every file system, and remove POOL_meta0 only when all is well.',
  ],
  danger:
    'Clearing the flag without enlarging makes the pool turn read-only again at once. The repair needs as much free space as the metadata has.',
};
