import type { Remedy } from './remedy.ts';

export const reclaimVmDisk: Remedy = {
  id: 'reclaim-vm-disk',
  title: 'Shrink the virtual disk file',
  risk: 'downtime',
  byHand: [
    'prune inside first',
    'fstrim -v / inside the virtual machine',
    'WSL: wsl --shutdown, then Optimize-VHD -Mode Full, or compact vdisk in diskpart',
    'Docker Desktop: its disk is trimmed when images are removed',
  ],
  danger: '"Clean / Purge data" and a smaller size in the settings delete all images and volumes.',
};
