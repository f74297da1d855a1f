import type { Remedy } from './remedy.ts';

export const growContainer: Remedy = {
  id: 'grow-container',
  title: "Make one container's thin volume larger",
  risk: 'downtime',
  byHand: [
    'docker stop CONTAINER; read its mount-id and device_id (layerdb/mounts/ID/mount-id, devicemapper/metadata/MOUNT-ID).',
    'Stop dockerd; set "size" in devicemapper/metadata/MOUNT-ID to the new bytes, or Docker puts the old size back at the next start.',
    'Start dockerd and the container: its device now has the new length.',
    'Grow the file system inside: xfs_growfs on the mount, or resize2fs on the device.',
    'df in the container shows the new size. The pool must have room for what will be written.',
  ],
  danger:
    "Online by hand (dmsetup load, resume, resize2fs) works until the next start only: then the file system is larger than its device. One wrong digit in the device id maps another container's volume.",
};
