import type { Remedy } from './remedy.ts';

export const useIdmappedMounts: Remedy = {
  id: 'use-idmapped-mounts',
  title: 'Let the kernel map the owners instead of copying',
  risk: 'downtime',
  byHand: [
    'a kernel of 5.19 or newer and the native overlay driver',
    'remove the images with copied layers, and pull them again',
  ],
};
