import type { Remedy } from './remedy.ts';

export const growVmDisk: Remedy = {
  id: 'grow-vm-disk',
  title: 'Enlarge the virtual disk',
  risk: 'downtime',
  byHand: [
    'Docker Desktop: Settings, Resources, disk size (larger only: smaller deletes everything)',
    'colima: colima start --disk SIZE; Lima: limactl edit; Unraid: a larger docker vDisk in the Docker settings',
    'then see that partition and file system inside have grown too: df -h inside',
  ],
};
