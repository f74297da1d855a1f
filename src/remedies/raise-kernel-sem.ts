import type { Remedy } from './remedy.ts';

export const raiseKernelSem: Remedy = {
  id: 'raise-kernel-sem',
  title: 'Allow more semaphore sets',
  risk: 'safe',
  byHand: [
    'sysctl kernel.sem: the fourth number is the limit of sets (128 by default on old kernels, 32000 now).',
    'Set it higher with sysctl -w and in /etc/sysctl.d; for a container: docker run --sysctl kernel.sem=…',
    'If sets keep leaking, find who leaves them (ipcs -s -p).',
  ],
};
