import type { Remedy } from './remedy.ts';

export const growLoopPool: Remedy = {
  id: 'grow-loop-pool',
  title: 'Make the loop pool larger in place, keeping every image and container',
  risk: 'safe',
  byHand: [
    'See that the file system below has room for the growth: df of the data root; the pool must not outgrow it.',
    'truncate -s NEWSIZE on the data file (devicemapper/devicemapper/data below the data root); never smaller than it is.',
    'losetup -c LOOPDEVICE, so that the loop device takes the new size.',
    'dmsetup table POOL, keep the line; dmsetup load POOL with the same line and the new length in sectors of 512 bytes.',
    'dmsetup suspend --noflush POOL, then dmsetup resume POOL.',
    'dmsetup status --noflush POOL: more total blocks, mode rw. Check file systems that turned read-only before you trust them.',
  ],
  danger:
    'Truncating to a smaller size cuts data off. A wrong digit in the table maps other data. Grow the metadata as well when it is over 75 % used.',
};
