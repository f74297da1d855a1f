import type { Cause } from './cause.ts';
import { kernelEvents, saysNoSpace, show } from './help/messages.ts';
import { isGone } from './help/mounted.ts';
import { says } from './help/said.ts';

export const btrfsForcedReadonlyEnospc: Cause = {
  id: 'btrfs-forced-readonly-enospc',
  title: 'btrfs aborted a transaction for want of space and turned read-only',
  severity: 'critical',
  prevalence: 'B',
  about:
    'When btrfs cannot finish a transaction because no space is left, it aborts it and forces the file system read-only to protect what is on disk. Everything afterwards fails with "Read-only file system". ' +
    'Usually the file system had simply been filled. A remount to rw is refused: it must be unmounted and mounted again, and room made within the first seconds.',
  confirm:
    'Kernel log: `BTRFS: Transaction aborted (error -28)` or `errno=-28 No space left`, followed by `forced readonly`.',
  lookAlikes: [
    { cause: 'plain-fs-full', tell: 'why it happened, most of the time: df was at 100 %' },
    { cause: 'btrfs-transaction-reserve-bug', tell: 'plenty was free and unallocated' },
    { cause: 'btrfs-aborted', tell: 'the error number is another one (-5: the device, -17, -117: damage)' },
  ],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'works on the read-only file system: shows whether data or metadata was full',
  },
  remedies: ['btrfs-mount-again-and-make-room', 'btrfs-add-device'],
  sources: ['kernel fs/btrfs/transaction.c (btrfs_abort_transaction)', 'NixOS/nixpkgs#160398', 'kdave/btrfs-progs#774'],
  explains: ['btrfs-aborted', 'read-only-by-design'],
  find(scene) {
    const aborts = kernelEvents(scene, 'btrfs-abort', 'btrfs-forced-readonly').filter(
      (fact) => !isGone(scene, fact.value.device, 'btrfs'),
    );
    const proven = aborts.some(saysNoSpace);
    if (!proven) return [];
    const last = aborts.at(-1);
    const roomy = says(scene, 'df-shows-space');
    return [
      {
        confidence: 'likely',
        subject: last?.value.device ?? 'the btrfs file system',
        evidence: show(aborts, 'a transaction was aborted for want of space', 3),
        explanation:
          'btrfs gave up a transaction with error -28 (no space) and forced itself read-only. Nothing was lost that had been committed; what filled it decides the cure.',
        score: roomy ? 55 : 40,
      },
    ];
  },
};
