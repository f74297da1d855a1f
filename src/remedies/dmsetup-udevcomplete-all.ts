import type { Remedy } from './remedy.ts';

export const dmsetupUdevcompleteAll: Remedy = {
  id: 'dmsetup-udevcomplete-all',
  title: 'Release the leftover udev cookies',
  risk: 'safe',
  byHand: [
    'See that no LVM, dmsetup or Docker operation is running now; stop dockerd if it does not run properly anyway.',
    'dmsetup udevcookies, then dmsetup udevcomplete_all.',
    'ipcs -s: the sets are gone. Start dockerd.',
  ],
  danger: 'Done in the middle of a running operation it lets that one go on before udev is ready.',
};
