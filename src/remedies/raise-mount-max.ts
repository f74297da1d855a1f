import type { Remedy } from './remedy.ts';

export const raiseMountMax: Remedy = {
  id: 'raise-mount-max',
  title: 'Raise the number of mounts in a namespace (first aid)',
  risk: 'safe',
  byHand: ['sysctl -w fs.mount-max=200000', 'Find what leaks mounts: the limit only buys time'],
  plan: 'raise-limit',
};
