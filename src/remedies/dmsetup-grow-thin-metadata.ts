import type { Remedy } from './remedy.ts';

export const dmsetupGrowThinMetadata: Remedy = {
  id: 'dmsetup-grow-thin-metadata',
  title: 'Enlarge the metadata of a thin pool that was made without LVM',
  risk: 'downtime',
  byHand: [
    'dmsetup table POOL, keep the line: its first device is that of the metadata. More than 16 GiB of it are of no use.',
    'Enlarge that device. A loop file: truncate -s NEWSIZE FILE, losetup -c LOOPDEVICE. A mapped device: dmsetup load META with a longer table, on sectors nobody uses.',
    'dmsetup status --noflush POOL says rw, or ro without needs_check: dmsetup suspend --noflush POOL; a mapped META is suspended and resumed now; dmsetup resume POOL takes the new size and is rw.',
    'It says needs_check or Fail: stop what uses the pool, unmount, dmsetup remove each thin device and then POOL; a mapped META is suspended and resumed now.',
    'Copy META to a file elsewhere; thin_check --clear-needs-check-flag META; dmsetup create POOL with the line you kept.',
    'Unmount, mount and check every file system that got an error.',
  ],
  danger:
    'Clearing the flag without enlarging makes the pool turn read-only again at once. A wrong number in a table maps other data.',
};
