import type { Remedy } from './remedy.ts';

export const extendVdoPool: Remedy = {
  id: 'extend-vdo-pool',
  title: 'Give the VDO pool more physical space',
  risk: 'safe',
  byHand: [
    'fstrim the file systems on it: that alone may free blocks.',
    'lvextend -L +SIZE VG/VDOPOOL (older: grow the device, then vdo growPhysical).',
    'vdostats: Use% goes down. Check file systems that turned read-only.',
  ],
};
