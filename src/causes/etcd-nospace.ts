import type { Cause } from './cause.ts';
import { messagesOf, show } from './help/messages.ts';

export const etcdNospace: Cause = {
  id: 'etcd-nospace',
  title: 'etcd has reached its own database quota',
  severity: 'critical',
  prevalence: 'B',
  about:
    'etcd limits its database (2 GiB by default). Beyond it etcd raises the alarm NOSPACE and takes no writes, and with it the whole control plane stands still. The disk has room. ' +
    'Old revisions must be compacted, the file defragmented on each member, and the alarm cleared.',
  confirm: '`mvcc: database space exceeded`, or `etcdctl alarm list` prints NOSPACE.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the disk of etcd is full: its log says "no space left on device"' }],
  nextCheck: { run: 'etcdctl alarm list', why: 'NOSPACE on a member proves it' },
  remedies: ['etcd-compact-defrag'],
  sources: ['etcd docs, Maintenance: Space quota'],
  find(scene) {
    const failed = messagesOf(scene, 'etcd-nospace');
    if (failed.length === 0) return [];
    return [
      {
        confidence: 'likely',
        subject: 'the etcd database',
        evidence: show(failed, 'etcd refuses writes'),
        explanation: 'etcd is at its database quota and refuses writes. The disk need not be full.',
        score: 92,
      },
    ];
  },
};
