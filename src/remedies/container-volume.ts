import type { Remedy } from './remedy.ts';

export const containerVolume: Remedy = {
  id: 'container-volume',
  title: "Mount a stopped container's volume and delete what fills it",
  risk: 'downtime',
  byHand: [
    'docker stop CONTAINER and keep it stopped: Docker does not refuse to mount the same volume twice.',
    'Read mount-id (layerdb/mounts/ID/mount-id) and device_id, size (devicemapper/metadata/MOUNT-ID).',
    'dmsetup create NAME --table "0 SECTORS thin POOL DEVICE_ID" with SECTORS = size / 512; for xfs mount with -o nouuid.',
    'Copy what may be wanted, then delete the files (destructive) below rootfs/.',
    'fstrim -v the mount, umount it, dmsetup remove the NAME that was created, and no other.',
    'dmsetup info NAME must say it does not exist; then docker start CONTAINER.',
  ],
  danger:
    'Starting the container while the volume is mounted elsewhere corrupts it. Removing by a retyped name hits another container.',
};
