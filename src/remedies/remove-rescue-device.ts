import type { Remedy } from './remedy.ts';

export const removeRescueDevice: Remedy = {
  id: 'remove-rescue-device',
  title: 'Remove the device that was really created',
  risk: 'safe',
  byHand: [
    'dmsetup info -c NAME of the created device: Open must be 0; unmount it wherever it is mounted.',
    'dmsetup remove NAME, copied from the create command.',
    'dmsetup ls: the device of the running container is still there; if it is not, stop that container and check its volume.',
    'Only then start the cleaned container.',
  ],
};
