import type { Remedy } from './remedy.ts';

export const freeHypervisorStorage: Remedy = {
  id: 'free-hypervisor-storage',
  title: 'Make room on the storage behind the disk',
  risk: 'safe',
  byHand: [
    'On the hypervisor or array: extend the pool or volume, or move another guest away.',
    'Resume paused guests (virsh resume GUEST).',
    'In the guest: check file systems that reported errors; fstrim gives unused blocks back.',
  ],
};
