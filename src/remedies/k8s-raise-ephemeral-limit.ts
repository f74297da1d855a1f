import type { Remedy } from './remedy.ts';

export const k8sRaiseEphemeralLimit: Remedy = {
  id: 'k8s-raise-ephemeral-limit',
  title: "Raise the pod's limit, or give it a volume",
  risk: 'downtime',
  byHand: [
    "resources.limits.ephemeral-storage or the emptyDir's sizeLimit",
    'Or write to a persistent volume',
    'Roll the workload out again',
  ],
};
