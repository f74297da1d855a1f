import type { Remedy } from './remedy.ts';

export const raiseKeyQuota: Remedy = {
  id: 'raise-key-quota',
  title: 'Raise the quota of kernel keys',
  risk: 'safe',
  byHand: [
    'sysctl -w kernel.keys.maxkeys=20000 kernel.keys.maxbytes=2000000 (containers of real root: root_maxkeys, root_maxbytes)',
    'Write it to /etc/sysctl.d/90-keys.conf',
    'cat /proc/key-users',
  ],
  plan: 'raise-limit',
};
