import type { Remedy } from './remedy.ts';

export const clearContainerdThinDevice: Remedy = {
  id: 'clear-containerd-thin-device',
  title: 'Clear the thin device that stands in the way of new snapshots',
  risk: 'downtime',
  byHand: [
    'Take the device from the message or from POOL.db: POOL-snap-N and its thin id; N must be above every snapshot number of metadata.db, and the device mounted nowhere (grep POOL-snap-N /proc/*/mountinfo).',
    'Stop containerd; containers go on running.',
    'dmsetup remove POOL-snap-N; dmsetup message POOL 0 "delete ID".',
    'Start containerd: it tries to activate the device, cannot, and loads no devmapper snapshotter (ctr plugins ls says error). That is expected.',
    'Restart containerd: it marks the device as faulty, devmapper loads, and the name is given again.',
    'Check: ctr snapshots --snapshotter devmapper prepare check, then ctr snapshots --snapshotter devmapper rm check.',
  ],
  danger:
    'The thin id is the device: a wrong one deletes a layer or a container. Never delete POOL.db or metadata.db: then every snapshot is lost.',
};
