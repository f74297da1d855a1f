import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';
import { said } from './help/said.ts';

export const k8sImageGcCannotFree: Cause = {
  id: 'k8s-image-gc-cannot-free',
  title: "the kubelet's image garbage collection finds nothing to free",
  severity: 'critical',
  prevalence: 'A',
  about:
    'Above 85 % used the kubelet deletes unused images. When it frees nothing, what fills the disk is no unused image: logs, emptyDir volumes, writable layers, images of another engine or containerd namespace, or files hidden below a mount point.',
  confirm:
    '`Failed to garbage collect required amount of images. Attempted to free N bytes, but only found 0 bytes eligible to free`.',
  lookAlikes: [{ cause: 'k8s-node-pressure-eviction', tell: 'what follows when nothing is freed' }],
  nextCheck: { run: 'crictl imagefsinfo', why: 'what images really use, against df of that file system' },
  remedies: ['k8s-free-node-disk', 'crictl-image-prune'],
  sources: ['kubernetes pkg/kubelet/images/image_gc_manager.go', 'kubernetes/kubernetes#112631'],
  explains: ['k8s-node-pressure-eviction'],
  find(scene) {
    const worded = messagesOf(scene, 'k8s-image-gc-failed');
    const events = scene.facts.all(
      'pod-event',
      (event) => /ImageGCFailed|FreeDiskSpaceFailed/i.test(event.reason) || /garbage collect/i.test(event.message),
    );
    if (worded.length + events.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: "the node's image file system",
        evidence: [
          ...show([...worded, ...events], 'garbage collection freed too little', 3),
          ...said(scene, 'kubernetes'),
        ],
        explanation:
          'The kubelet wanted to free space by deleting unused images and found too little: something else fills that file system.',
        score: 85,
      },
    ];
  },
};
