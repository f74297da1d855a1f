import type { Remedy } from './remedy.ts';

export const dmsetupResume: Remedy = {
  id: 'dmsetup-resume',
  title: 'Resume the suspended device',
  risk: 'safe',
  byHand: [
    'See that no lvm or dmsetup command is still working on it (ps); a running one resumes it itself.',
    'dmsetup table NAME and dmsetup table --inactive NAME: know which table becomes live.',
    'dmsetup resume NAME; dmsetup info: ACTIVE.',
  ],
  danger: 'Resume makes a loaded inactive table live: if that table is wrong, clear it first (dmsetup clear).',
};
