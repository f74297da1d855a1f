import type { Remedy } from './remedy.ts';

export const deleteUnknownThinDevices: Remedy = {
  id: 'delete-unknown-thin-devices',
  title: 'Delete thin devices that no record knows',
  risk: 'destructive',
  byHand: [
    'Stop dockerd. List the ids in devicemapper/metadata/*, and those in the pool (thin_ls on a metadata snapshot, or thin_dump).',
    'What is in the pool and in no record, and not needed: mount it read-only and look before it goes.',
    'Destructive: dmsetup message POOL 0 "delete ID", one at a time.',
    'dmsetup status: used blocks go down. Start dockerd.',
  ],
  danger: 'An id that belongs to a layer in use destroys every image built on it.',
};
