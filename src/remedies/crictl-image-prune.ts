import type { Remedy } from './remedy.ts';

export const crictlImagePrune: Remedy = {
  id: 'crictl-image-prune',
  title: 'Remove unused images on a Kubernetes node',
  risk: 'destructive',
  byHand: ['crictl images', 'crictl rmi --prune'],
  danger:
    'Do not remove images with docker or ctr behind the kubelet. On an air-gapped node what is removed cannot be pulled again.',
};
