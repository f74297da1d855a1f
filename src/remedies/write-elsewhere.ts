import type { Remedy } from './remedy.ts';

export const writeElsewhere: Remedy = {
  id: 'write-elsewhere',
  title: 'Write where writing is meant',
  risk: 'safe',
  byHand: [
    'Mount a volume or tmpfs for that path, or drop :ro / --read-only',
    'On image-based systems write below /var or /etc',
  ],
};
