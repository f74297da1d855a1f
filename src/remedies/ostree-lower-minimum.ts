import type { Remedy } from './remedy.ts';

export const ostreeLowerMinimum: Remedy = {
  id: 'ostree-lower-minimum',
  title: 'Lower the minimum that ostree keeps',
  risk: 'safe',
  byHand: ['ostree config set core.min-free-space-size 1GB'],
};
