import type { Remedy } from './remedy.ts';

export const installThinProvisioningTools: Remedy = {
  id: 'install-thin-provisioning-tools',
  title: 'Install thin_check',
  risk: 'safe',
  byHand: [
    'Install thin-provisioning-tools (Debian, Ubuntu) or device-mapper-persistent-data (RHEL, Fedora).',
    'vgchange -ay, then lvs: the pool is active.',
    'If the pool is needed at boot: update the initramfs so that thin_check is in it.',
    'Start Docker.',
  ],
  danger: '"Manual repair required" is only what LVM says when the check could not run: do not repair.',
};
