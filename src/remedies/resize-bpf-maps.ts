import type { Remedy } from './remedy.ts';

export const resizeBpfMaps: Remedy = {
  id: 'resize-bpf-maps',
  title: 'Make the BPF maps larger',
  risk: 'downtime',
  byHand: [
    'Cilium: raise bpf-policy-map-max / bpf-ct-global-* or bpf-map-dynamic-size-ratio',
    'Restart the agent on each node',
  ],
};
