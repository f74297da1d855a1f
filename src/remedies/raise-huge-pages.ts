import type { Remedy } from './remedy.ts';

export const raiseHugePages: Remedy = {
  id: 'raise-huge-pages',
  title: 'Give the pool more huge pages',
  risk: 'safe',
  byHand: [
    'grep -i huge /proc/meminfo',
    'sysctl -w vm.nr_hugepages=N (memory must be free in one piece; at boot it is surest)',
  ],
};
