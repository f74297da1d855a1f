import type { Remedy } from './remedy.ts';

export const endLeakedTerminals: Remedy = {
  id: 'end-leaked-terminals',
  title: 'End leaked terminal sessions',
  risk: 'downtime',
  byHand: [
    'ls /dev/pts; fuser or lsof tells who holds them',
    'End those sessions',
    'sysctl -w kernel.pty.max=8192 buys time',
  ],
};
