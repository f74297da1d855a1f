import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';

export const appWatermarks: Cause = {
  id: 'app-watermarks',
  title: 'an application stopped writing at its own disk watermark',
  severity: 'warning',
  prevalence: 'B',
  about:
    'Elasticsearch and OpenSearch set indices read-only at 95 % used (flood stage), RabbitMQ blocks publishers below disk_free_limit, MinIO and Longhorn refuse at limits of their own. ' +
    'The kernel has returned no error: free space exists, only less than the application wants.',
  confirm: "The application's own message names its watermark or limit.",
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'the kernel itself says "no space left on device"' },
    { cause: 'k8s-node-pressure-eviction', tell: 'the kubelet acts, not the application' },
  ],
  nextCheck: { run: 'df -h', why: "how far the application's disk is from its watermark" },
  remedies: ['free-space-then-clear-block'],
  sources: ['Elasticsearch docs: disk-based shard allocation', 'RabbitMQ docs: disk alarms', 'minio/minio#17055'],
  find(scene) {
    const failed = messagesOf(scene, 'application-watermark');
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        severity: scene.from === 'text' ? 'critical' : 'warning',
        subject: "an application's watermark",
        evidence: show(failed, 'the application says so'),
        explanation: 'The application stopped at a limit of its own while the file system still has space.',
        score: 75,
      },
    ];
  },
};
