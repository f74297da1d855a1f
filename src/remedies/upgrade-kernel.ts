import type { Remedy } from './remedy.ts';

export const upgradeKernel: Remedy = {
  id: 'upgrade-kernel',
  title: 'Run a newer kernel',
  risk: 'downtime',
  byHand: ["Install the distribution's current kernel", 'Drain the node, reboot', 'Check `uname -r`'],
};
