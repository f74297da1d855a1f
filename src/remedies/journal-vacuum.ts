import type { Remedy } from './remedy.ts';

export const journalVacuum: Remedy = {
  id: 'journal-vacuum',
  title: 'Shrink the journal and package caches',
  risk: 'safe',
  byHand: [
    'journalctl --disk-usage',
    'journalctl --vacuum-size=200M',
    'apt-get clean, or dnf clean all',
    'SystemMaxUse=500M in /etc/systemd/journald.conf',
  ],
  danger: 'Old log text is gone.',
};
