import type { Remedy } from './remedy.ts';

export const thinRepair: Remedy = {
  id: 'thin-repair',
  title: "Repair the pool's metadata",
  risk: 'downtime',
  byHand: [
    'Stop everything that uses the pool and deactivate it.',
    'Copy the metadata device to a file elsewhere and check the copy: everything else can be tried again from it.',
    'thin_check on the device. If it is clean and only the flag is set: thin_check --clear-needs-check-flag.',
    'If it is damaged: lvconvert --repair VG/POOL, or thin_repair -i OLD -o NEW onto a new device of the same size; never onto the only copy.',
    'thin_check the result, activate, mount read-only, check each file system, then start Docker.',
  ],
  danger:
    'A repair of the only copy that goes wrong loses the map of every volume. Do not delete the data root: its devicemapper/metadata says which volume is whose.',
};
