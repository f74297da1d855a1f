import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { kernelEvents, saysNoSpace, show } from './help/messages.ts';
import { isGone } from './help/mounted.ts';
import { failures, said, says } from './help/said.ts';

export const btrfsAborted: Cause = {
  id: 'btrfs-aborted',
  title: 'btrfs aborted a transaction and is read-only until it is mounted again',
  severity: 'critical',
  prevalence: 'C',
  about:
    'After an error it cannot undo, btrfs aborts the transaction and turns the whole file system read-only. The kernel log names the error number: -28 no space, -5 the device below, others damage. ' +
    'A remount to rw is refused in that state.',
  confirm:
    'Kernel log `Transaction aborted`, `forced readonly`, device state A or EA; super-block option `ro` in mountinfo.',
  lookAlikes: [
    { cause: 'btrfs-forced-readonly-enospc', tell: 'the error number is -28' },
    { cause: 'loop-file-on-full-backing-fs', tell: 'error -5 on a loop device whose file lies on a full file system' },
    { cause: 'dm-thin-data-full', tell: 'error -5 on a thin volume of a full pool' },
  ],
  nextCheck: { run: 'dmesg --ctime --level=emerg,alert,crit,err,warn', why: 'the first BTRFS error names the reason' },
  remedies: ['btrfs-mount-again-and-make-room'],
  sources: ['kernel fs/btrfs/messages.c (__btrfs_handle_fs_error)'],
  find(scene) {
    const aborts = kernelEvents(scene, 'btrfs-abort', 'btrfs-forced-readonly').filter(
      (fact) => !isGone(scene, fact.value.device, 'btrfs'),
    );
    const noSpace = aborts.some(saysNoSpace);
    const readOnly = scene.facts.first(
      'mount',
      (mount) => mount.fstype === 'btrfs' && mount.superOptions?.includes('ro') === true && mount.pid === undefined,
    );
    const refused = failures(scene, ['EROFS']);
    if (aborts.length > 0) {
      return [
        {
          confidence: noSpace ? 'possible' : 'likely',
          subject: aborts.at(-1)?.value.device ?? 'the btrfs file system',
          evidence: [...show(aborts, 'a transaction was aborted', 3), ...show(refused, 'writes are refused', 1)],
          explanation: noSpace
            ? 'btrfs aborted a transaction and is read-only; the error was "no space", so what filled it is the cause.'
            : 'btrfs aborted a transaction and is read-only. The first error in the kernel log says why: look below the file system (device, thin pool, loop file).',
          score: noSpace ? 30 : 60,
        },
      ];
    }
    if (refused.length === 0 || (!readOnly && !says(scene, 'btrfs'))) return [];
    return [
      {
        confidence: 'possible',
        subject: readOnly?.value.target ?? 'the btrfs file system',
        evidence: [
          ...(readOnly ? [evidence(readOnly, 'the whole file system is read-only')] : []),
          ...show(refused, 'writes are refused'),
          ...said(scene, 'btrfs'),
        ],
        explanation:
          'Writes are refused on a btrfs file system; after an aborted transaction it stays read-only until it is unmounted and mounted again.',
        score: 40,
      },
    ];
  },
};
