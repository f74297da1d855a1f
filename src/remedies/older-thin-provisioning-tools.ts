import type { Remedy } from './remedy.ts';

export const olderThinProvisioningTools: Remedy = {
  id: 'older-thin-provisioning-tools',
  title: 'Activate with the older thin_check',
  risk: 'downtime',
  byHand: [
    'Copy the metadata device if it can be reached.',
    'Install thin-provisioning-tools 0.9 (or the version before the upgrade) and try vgchange -ay again.',
    'With the pool active and saved: lvconvert --repair in a planned window, then take the new tools back.',
  ],
  danger: 'Skipping the check altogether (--skip-mappings, thin_check_options) hides real damage.',
};
