import type { Remedy } from './remedy.ts';

export const cniRemoveStaleAddresses: Remedy = {
  id: 'cni-remove-stale-addresses',
  title: 'Remove address files of pods that are gone',
  risk: 'downtime',
  byHand: [
    'Drain the node; stop kubelet and container runtime',
    'Compare the first line of each file in /var/lib/cni/networks/NAME with `crictl pods -q`',
    'Move away only files whose id is not there, and empty ones',
    'Start runtime and kubelet',
  ],
  danger: 'Removing the file of a running pod gives its address to another.',
};
