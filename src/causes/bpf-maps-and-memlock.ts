import type { Cause } from './cause.ts';
import { messagesOf, show, worded } from './help/messages.ts';

export const bpfMapsAndMemlock: Cause = {
  id: 'bpf-maps-and-memlock',
  title: 'a BPF map is full',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Network plugins such as Cilium keep their tables in BPF maps of fixed size. A full hash map answers "argument list too long", a full prefix map "no space left on device". ' +
    'Before Linux 5.11 maps also count against the limit of locked memory. No disk is full.',
  confirm: '`the map is full, please consider resizing it`; the metric cilium_bpf_map_pressure near 1.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the failing call writes a file' }],
  nextCheck: { run: 'bpftool map show', why: 'lists the maps with max_entries' },
  remedies: ['resize-bpf-maps'],
  sources: ['bpf(2)', 'cilium/cilium#3314'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'bpf-map-full'),
      ...worded(scene, 'ENOSPC', /\bbpf\b|ebpf|lpm.?trie/i),
      ...worded(scene, 'E2BIG', /\bbpf\b|ebpf|\bmap\b/i),
    ];
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: 'a BPF map',
        evidence: show(failed, 'updating a map failed'),
        explanation: 'A BPF map takes no more entries: its size is fixed when it is made. No disk is full.',
        score: 85,
      },
    ];
  },
};
