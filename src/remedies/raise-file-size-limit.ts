import type { Remedy } from './remedy.ts';

export const raiseFileSizeLimit: Remedy = {
  id: 'raise-file-size-limit',
  title: 'Lift the limit of file size',
  risk: 'downtime',
  byHand: [
    'prlimit --fsize --pid PID',
    'LimitFSIZE=infinity in the unit, or --ulimit fsize=-1 for the container',
    'A log that leads to /dev/full: correct its path',
  ],
};
