import type { Remedy } from './remedy.ts';

export const extendThinMetadata: Remedy = {
  id: 'extend-thin-metadata',
  title: "Enlarge the pool's metadata",
  risk: 'downtime',
  byHand: [
    'vgs: the volume group needs twice the growth, LVM enlarges its spare copy (pmspare) as well.',
    'dmsetup status --noflush says rw, or ro without needs_check: lvextend --poolmetadatasize +SIZE VG/POOL, done online; a pool that was ro turns rw.',
    'It says needs_check or Fail: stop what uses it until dmsetup ls --target thin lists nothing of it (lvchange -an thin volumes of LVM, umount and dmsetup remove what Docker left), lvchange -an VG/POOL, lvextend --poolmetadatasize +SIZE VG/POOL, lvchange -ay VG/POOL.',
    'needs_check is still there: deactivate again and lvconvert --repair VG/POOL; the old metadata stays as POOL_meta0.',
    'Unmount, mount and check every file system that got an error, and remove POOL_meta0 only when all is well.',
  ],
  danger:
    'Clearing the flag without enlarging makes the pool turn read-only again at once. The repair needs as much free space as the metadata has.',
  plan: 'thin-extend',
};
