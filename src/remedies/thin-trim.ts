import type { Remedy } from './remedy.ts';

export const thinTrim: Remedy = {
  id: 'thin-trim',
  title: 'Trim the volumes, so that freed blocks go back to the pool',
  risk: 'safe',
  byHand: [
    'fstrim -v on each mounted container volume; the daemon may have its own mount namespace: nsenter -t DOCKERD_PID -m -- fstrim -v PATH.',
    'dmsetup status --noflush: used data blocks go down (rm alone never does that).',
    'For a loop pool: the file shrinks too when discards are passed down; du of the data file shows it.',
  ],
  danger: 'On a pool without a free block trim may have to wait: make a little room first.',
};
