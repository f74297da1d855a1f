import type { Cause, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { kernelEvents, show } from './help/messages.ts';
import { isGone } from './help/mounted.ts';
import { failures, says } from './help/said.ts';
import { spaceBelow } from './help/space-below.ts';

export const ext4RemountRo: Cause = {
  id: 'ext4-remount-ro',
  title: 'ext4 hit an error and turned read-only',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Mounted with errors=remount-ro (the default of most distributions for /), ext4 turns read-only when its metadata cannot be written or is damaged. Containers then fail with "Read-only file system". ' +
    'The reason lies below: a full thin pool, a loop file on a full file system, a full array, or a broken disk.',
  confirm:
    'Kernel log: `EXT4-fs error`, `Aborting journal on device`, `Remounting filesystem read-only`; super-block option `ro` in mountinfo.',
  lookAlikes: [
    { cause: 'ext4-emergency-ro', tell: 'newer kernels: the mount table still says rw' },
    { cause: 'read-only-by-design', tell: 'no kernel error, and only one mount of the file system is ro' },
    { cause: 'dm-thin-data-full', tell: 'the reason, when the device is a thin volume' },
  ],
  nextCheck: {
    run: 'dmesg --ctime --level=emerg,alert,crit,err,warn',
    why: 'the first error names the device and the reason',
  },
  remedies: ['remount-after-fsck'],
  sources: ['kernel fs/ext4/super.c (ext4_handle_error)'],
  explains: ['ext4-emergency-ro'],
  find(scene) {
    const events = kernelEvents(scene, 'ext4-remount-ro', 'ext4-journal-abort', 'ext4-error');
    const remounted = events.some((fact) => fact.value.event !== 'ext4-error');
    const readOnly = scene.facts.first(
      'mount',
      (mount) =>
        /^ext[34]$/.test(mount.fstype) &&
        mount.superOptions?.includes('ro') === true &&
        mount.options.includes('errors=remount-ro'),
    );
    const refused = failures(scene, ['EROFS']);
    const below = spaceBelow(scene);
    if (events.length > 0) {
      const device = events.find((fact) => fact.value.device)?.value.device;
      const past = isPast(scene, device);
      return [
        {
          confidence: remounted && !past ? 'likely' : 'possible',
          severity: past ? 'notice' : 'critical',
          subject: device ?? 'the ext4 file system',
          evidence: [
            ...show(events, 'ext4 reported an error', 3),
            ...(readOnly ? [evidence(readOnly, 'the whole file system is read-only')] : []),
            ...show(refused, 'writes are refused', 1),
          ],
          explanation: `ext4 met an error${remounted ? ' and stopped all writing' : ''}${below.length > 0 ? ' because the device below ran out of space' : '; the messages before it say why'}. Cure that first, then unmount and check the file system.`,
          score: below.length > 0 ? 30 : remounted ? 50 : 40,
        },
      ];
    }
    if (scene.from === 'host' || refused.length === 0 || says(scene, 'btrfs')) return [];
    return [
      {
        confidence: 'possible',
        subject: refused[0]?.value.path ?? 'the file system',
        evidence: show(refused, 'writes are refused'),
        explanation:
          'Writes are refused with "Read-only file system". If nothing was mounted read-only on purpose, the kernel log tells which error turned it so.',
        score: 40 + (says(scene, 'ext4') ? 10 : 0),
      },
    ];
  },
};

/** The log speaks of a device that is not mounted any more, or one whose error counter was reset by e2fsck. */
function isPast(scene: Scene, device: string | undefined): boolean {
  if (isGone(scene, device)) return true;
  const name = device?.slice(device.lastIndexOf('/') + 1);
  return (
    scene.from === 'host' && scene.facts.has('ext-errors', (errors) => errors.device === name && errors.errors === 0)
  );
}
