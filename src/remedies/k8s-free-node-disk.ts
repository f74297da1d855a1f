import type { Remedy } from './remedy.ts';

export const k8sFreeNodeDisk: Remedy = {
  id: 'k8s-free-node-disk',
  title: "Find and free what fills the node's disk",
  risk: 'destructive',
  byHand: [
    "du -x of /var/log/pods, /var/lib/kubelet/pods (emptyDir), /var/lib/containerd, other engines' data",
    'Delete or move what may go; set log rotation (containerLogMaxSize)',
    'kubectl describe node: DiskPressure must clear',
  ],
  danger: 'emptyDir volumes hold data of running pods.',
};
