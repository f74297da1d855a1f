import type { Cause } from './cause.ts';
import { kernelEvents, show, symptomsOf } from './help/messages.ts';
import { isGone } from './help/mounted.ts';
import { spaceBelow } from './help/space-below.ts';

export const xfsShutdown: Cause = {
  id: 'xfs-shutdown',
  title: 'xfs shut itself down; everything on it answers with an I/O error',
  severity: 'critical',
  prevalence: 'B',
  about:
    'After an error in its metadata or log, xfs shuts the file system down to protect it. The mount table still says rw and df still works, but every file operation fails with "Input/output error". ' +
    'It stays so until it is unmounted and mounted again. The reason lies below: a full thin pool, a full array, a loop file on a full file system, a broken disk.',
  confirm: 'Kernel log: `Shutting down filesystem`, `Please unmount the filesystem and rectify the problem(s)`.',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'the reason, when the device is a thin volume: error 28 in the log' },
    { cause: 'loop-file-on-full-backing-fs', tell: 'the reason, when the device is a loop device' },
    { cause: 'ext4-remount-ro', tell: 'the same on ext4: "Read-only file system"' },
  ],
  nextCheck: {
    run: 'dmesg --ctime --level=emerg,alert,crit,err,warn',
    why: 'the messages before the shutdown name the device and the error',
  },
  remedies: ['remount-after-xfs-repair'],
  sources: ['kernel fs/xfs/xfs_fsops.c (xfs_do_force_shutdown)'],
  explains: [],
  find(scene) {
    const shutdowns = kernelEvents(scene, 'xfs-shutdown');
    if (shutdowns.length === 0) return [];
    const below = spaceBelow(scene);
    const device = shutdowns.find((fact) => fact.value.device)?.value.device;
    return [
      {
        // a log keeps what happened to devices that are gone
        confidence: isGone(scene, device) ? 'possible' : 'likely',
        severity: isGone(scene, device) ? 'notice' : 'critical',
        subject: device ?? 'the xfs file system',
        evidence: [
          ...show(shutdowns, 'xfs shut down'),
          ...show(
            kernelEvents(scene, 'xfs-metadata-error', 'xfs-metadata-nospc', 'xfs-writeback-error'),
            'the error before it',
          ),
          ...show(symptomsOf(scene, 'EIO'), 'operations fail', 1),
        ],
        explanation: `xfs on ${device ?? 'this device'} shut itself down after an error of its metadata or log${below.length > 0 ? '; the device below had run out of space' : ''}. It needs an unmount and a mount once the device is well.`,
        score: below.length > 0 ? 30 : 55,
      },
    ];
  },
};
