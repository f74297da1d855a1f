import type { Remedy } from './remedy.ts';

export const k8sOneDiskForKubelet: Remedy = {
  id: 'k8s-one-disk-for-kubelet',
  title: 'Put kubelet directory and image store where the kubelet can see them',
  risk: 'downtime',
  byHand: [
    'kubectl get --raw …/stats/summary: what it takes for nodefs and imagefs',
    'Drain the node; move the store (root of containerd or Docker) to the disk meant, without symbolic links',
    'Start the runtime, then the kubelet',
  ],
};
