import type { Remedy } from './remedy.ts';

export const readDevicemapperPool: Remedy = {
  id: 'read-devicemapper-pool',
  title: "Read the old driver's containers without Docker",
  risk: 'safe',
  byHand: [
    'With no Docker using the pool: losetup --read-only --find --show devicemapper/devicemapper/metadata, losetup --find --show devicemapper/devicemapper/data (not needed where the pool is an LV; the kernel wants to open the data for writing and, with read_only, does not write).',
    'dmsetup create old-pool --table "0 SECTORS thin-pool METADATA DATA 128 0 2 read_only skip_block_zeroing" (SECTORS: blockdev --getsz DATA; 128 is the block size of a loop pool, 1024 that of an LV made by Docker).',
    'For a container: image/devicemapper/layerdb/mounts/CONTAINER/mount-id names its layer, devicemapper/metadata/LAYER holds device_id and size.',
    'dmsetup create old-container --readonly --table "0 SIZE/512 thin /dev/mapper/old-pool DEVICE_ID", then mount -o ro,nouuid (xfs) or ro (ext4): the files are below rootfs/.',
    'tar them away, or tar -C …/rootfs -c . | docker import - NAME for an image of the container as it was.',
  ],
  danger: 'Never let two kernels or two daemons use the pool at once, and never make it writable for this.',
};
