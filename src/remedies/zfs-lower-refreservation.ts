import type { Remedy } from './remedy.ts';

export const zfsLowerRefreservation: Remedy = {
  id: 'zfs-lower-refreservation',
  title: 'Give reserved ZFS space back',
  risk: 'safe',
  byHand: ['zfs get -r refreservation,reservation POOL', 'zfs set refreservation=none POOL/VOLUME'],
  danger: 'A volume without reservation can run out of space when the pool is full.',
};
