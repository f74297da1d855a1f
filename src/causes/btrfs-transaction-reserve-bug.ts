import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { btrfsStories, canGrow, unallocated, unallocatedEvidence } from './help/btrfs.ts';
import { fileSystems, fullness } from './help/file-systems.ts';
import { GIB, size } from './help/format.ts';
import { kernelEvents, saysNoSpace, show, worded } from './help/messages.ts';
import { said, says } from './help/said.ts';

/** `400GiB unallocated`, `3 TB are unallocated`: gigabytes at least. */
const MUCH_UNALLOCATED = /\d\s?[gt]i?b?(?: are| is)? unallocated/i;

export const btrfsTransactionReserveBug: Cause = {
  id: 'btrfs-transaction-reserve-bug',
  title: 'btrfs aborts with "no space" although plenty is unallocated',
  severity: 'critical',
  prevalence: 'C',
  about:
    'A transaction reserves metadata for what it expects to change. Under heavy copy-on-write (many snapshots, delayed references, memory pressure) some kernels reserve too little, run out in the middle, ' +
    'and abort with error -28 on a file system with terabytes free. Making room does not help; a newer kernel, smaller bursts and fewer snapshots do.',
  confirm: 'Kernel log `Transaction aborted (error -28)` while `btrfs filesystem usage` shows gigabytes unallocated.',
  lookAlikes: [
    { cause: 'btrfs-forced-readonly-enospc', tell: 'nothing was unallocated, or df was full: it really had no space' },
    { cause: 'btrfs-metadata-exhausted', tell: 'every byte is given to chunks' },
  ],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'unallocated space decides between a full file system and this',
  },
  remedies: ['btrfs-mount-again-and-make-room', 'upgrade-kernel'],
  sources: ['kernel fs/btrfs/delayed-ref.c, block-rsv.c', 'IceWhaleTech/ZimaOS#607'],
  explains: ['btrfs-forced-readonly-enospc', 'btrfs-aborted'],
  find(scene) {
    const aborts = kernelEvents(scene, 'btrfs-abort', 'btrfs-forced-readonly').filter(saysNoSpace);
    const told = says(scene, 'btrfs') ? worded(scene, 'ENOSPC', /abort(?:ed|s|ing)?\b|transaction/i) : [];
    if (aborts.length + told.length === 0) return [];
    const state = btrfsStories(scene).flatMap((story) => story.states)[0];
    const free = state && canGrow(state, state.metadata?.profile ?? 'single') === 'yes' ? (unallocated(state) ?? 0) : 0;
    const row = fileSystems(scene).find(
      (fs) => fs.type === 'btrfs' && fullness(fs) === 'roomy' && fs.available > 10 * GIB,
    );
    // a file system known to have no unallocated space is another case
    if (state && free === 0) return [];
    const toldFree = [...aborts, ...told].some((fact) => MUCH_UNALLOCATED.test(fact.quote));
    if (free < GIB && !row && !toldFree && !says(scene, 'df-shows-space')) return [];
    return [
      {
        confidence: 'likely',
        subject: aborts.at(-1)?.value.device ?? state?.subject ?? row?.mountpoint ?? 'the btrfs file system',
        evidence: [
          ...show([...aborts, ...told], 'aborted with error -28', 3),
          ...(state && free > 0
            ? unallocatedEvidence(state).map((e) => ({ ...e, fact: 'yet space is unallocated' }))
            : []),
          ...(row ? [evidence(row.fact, 'yet df shows room')] : []),
          ...said(scene, 'df-shows-space'),
        ],
        explanation: `btrfs aborted a transaction for want of space${free > 0 ? ` with ${size(free)} unallocated` : row ? ` with ${size(row.available)} available` : ' although much is free'}: the transaction's own reserve ran out, not the disk.`,
        score: 80,
      },
    ];
  },
};
