import type { Remedy } from './remedy.ts';

export const vgextendThenLvextend: Remedy = {
  id: 'vgextend-then-lvextend',
  title: 'Add a disk to the volume group, then extend the pool',
  risk: 'safe',
  byHand: [
    'lsblk and wipefs -n NEWDISK: make sure the disk is empty and nobody uses it.',
    'vgextend VG NEWDISK (makes it a physical volume).',
    'lvextend -L +SIZE VG/POOL; leave one autoextend step and the size of the metadata free.',
    'dmsetup status --noflush: mode rw.',
  ],
  danger:
    'vgextend on a disk that holds data destroys that data. The pool then lives on both disks: losing one loses all.',
  plan: 'thin-extend',
};
