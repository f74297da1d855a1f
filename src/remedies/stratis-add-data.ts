import type { Remedy } from './remedy.ts';

export const stratisAddData: Remedy = {
  id: 'stratis-add-data',
  title: 'Add a device to the Stratis pool',
  risk: 'safe',
  byHand: [
    'stratis pool list and blockdev list: see what there is.',
    'stratis pool add-data POOL DEVICE (an empty one), or stratis pool extend-data POOL when a device has grown.',
    'Check the file systems that had errors.',
  ],
  danger: 'Never touch its thin pool with lvm or dmsetup.',
};
