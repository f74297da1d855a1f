import type { Remedy } from './remedy.ts';

export const k8sSetEvictionThresholds: Remedy = {
  id: 'k8s-set-eviction-thresholds',
  title: 'Set eviction thresholds that fit the disks',
  risk: 'downtime',
  byHand: [
    "evictionHard and imageGCHighThresholdPercent in the kubelet's configuration",
    'Restart the kubelet; check /configz',
  ],
};
