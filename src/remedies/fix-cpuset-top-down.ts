import type { Remedy } from './remedy.ts';

export const fixCpusetTopDown: Remedy = {
  id: 'fix-cpuset-top-down',
  title: 'Give the cpuset its CPUs back, from the top down',
  risk: 'safe',
  byHand: [
    'cat cpuset.cpus cpuset.mems (v2: *.effective) at each level',
    'Write the parent first, then the child',
    'kubelet with the static CPU policy: drain the node, remove cpu_manager_state, restart the kubelet',
  ],
};
