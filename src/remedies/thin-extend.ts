import type { Remedy } from './remedy.ts';

export const thinExtend: Remedy = {
  id: 'thin-extend',
  title: 'Extend the thin pool from its volume group',
  risk: 'safe',
  byHand: [
    'vgs --units b: VFree must hold the growth.',
    'lvextend -L +SIZE VG/POOL (within 60 seconds of the pool getting full, waiting writers go on and nothing is lost).',
    'dmsetup status --noflush: mode rw again.',
    'If the pool had answered errors: stop what writes, check each file system on it.',
  ],
};
