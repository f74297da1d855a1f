import type { Remedy } from './remedy.ts';

export const dmsetupGrowThinPool: Remedy = {
  id: 'dmsetup-grow-thin-pool',
  title: 'Enlarge a thin pool that was made without LVM',
  risk: 'safe',
  byHand: [
    'dmsetup table POOL: the second device is that of the data. dmsetup table of it shows what it lies on, lsblk who uses the rest of that disk: what you give must be free.',
    'A mapped device: dmsetup load DATA with a longer table (its lines as they are, and a further one for what is new). A partition or disk: enlarge it.',
    'dmsetup suspend --noflush POOL, so that writers wait; then dmsetup suspend DATA and dmsetup resume DATA.',
    'dmsetup load POOL with its own line and the new length in sectors of 512 bytes (blockdev --getsz of the data device); dmsetup resume POOL.',
    'dmsetup status --noflush POOL: more total blocks, mode rw. If the pool had answered errors: stop what writes, check each file system on it.',
    'Put the new lengths wherever the pool is made at boot (a unit, a script): the old ones would cut it off.',
  ],
  danger: 'A wrong number in a table maps other data. The pool stands still between suspend and resume.',
};
