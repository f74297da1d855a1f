import type { Cause, Draft } from './cause.ts';
import { evidence } from './cause.ts';
import { kernelEvents, show } from './help/messages.ts';
import { mountOfDevice } from './help/mounted.ts';
import { failures } from './help/said.ts';
import { spaceBelow } from './help/space-below.ts';

export const ext4EmergencyRo: Cause = {
  id: 'ext4-emergency-ro',
  title: 'ext4 refuses all writes although the mount table says rw',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Current kernels no longer turn the mount read-only after an ext4 error; they set an emergency state. /proc/mounts goes on saying rw (newest kernels add emergency_ro), while every write fails with "Read-only file system". ' +
    'The counter of errors in /sys/fs/ext4 is kept in the super block and survives reboots. A remount to rw is refused.',
  confirm:
    'Option emergency_ro in the mount table; or errors in /sys/fs/ext4/DEV/errors_count and `Remounting filesystem read-only` in the kernel log with a mount that says rw.',
  lookAlikes: [
    { cause: 'ext4-remount-ro', tell: 'older kernels: the mount table says ro' },
    { cause: 'read-only-by-design', tell: 'no error is counted' },
  ],
  nextCheck: {
    run: 'grep -H . /sys/fs/ext4/*/errors_count /sys/fs/ext4/*/last_error_func',
    why: 'counts the errors of each ext4 file system',
  },
  remedies: ['remount-after-fsck'],
  sources: [
    'kernel fs/ext4/super.c, ext4.h (EXT4_FLAGS_EMERGENCY_RO)',
    'seen on 6.18: rw,relatime,errors=remount-ro,emergency_ro',
  ],
  explains: [],
  find(scene) {
    const drafts: Draft[] = [];
    const below = spaceBelow(scene);
    const refused = failures(scene, ['EROFS']);
    for (const fact of scene.facts.all('mount', (mount) =>
      [...mount.options, ...(mount.superOptions ?? [])].includes('emergency_ro'),
    )) {
      drafts.push({
        confidence: scene.from === 'host' && below.length === 0 ? 'confirmed' : 'likely',
        subject: fact.value.target,
        evidence: [
          evidence(fact, 'the mount says rw and emergency_ro'),
          ...show(kernelEvents(scene, 'ext4-error', 'ext4-journal-abort', 'ext4-remount-ro'), 'the error', 2),
          ...show(refused, 'writes are refused', 1),
        ],
        explanation: `${fact.value.target} (${fact.value.source}) is in ext4's emergency state: it says rw and refuses every write. Unmount it and run e2fsck once the device below is well.`,
        score: below.length > 0 ? 35 : 90,
      });
    }
    if (drafts.length > 0) return drafts.slice(0, 3);
    const remounted = kernelEvents(scene, 'ext4-remount-ro');
    for (const fact of scene.facts.all('ext-errors', (errors) => errors.errors > 0)) {
      const mount = mountOfDevice(scene, fact.value.device);
      const saysRw =
        mount !== undefined && !mount.value.options.includes('ro') && mount.value.superOptions?.includes('ro') !== true;
      const now = remounted.some(
        (event) => event.value.device === undefined || event.value.device.includes(fact.value.device),
      );
      drafts.push({
        // the counter survives reboots: alone it may speak of last year
        confidence: now && saysRw ? 'likely' : 'possible',
        severity: now ? 'critical' : 'notice',
        subject: mount?.value.target ?? fact.value.device,
        evidence: [
          evidence(fact, `${fact.value.errors} errors are counted`),
          ...(mount ? [evidence(mount, 'the mount table')] : []),
          ...show(remounted, 'the kernel stopped writing', 1),
        ],
        explanation: now
          ? `The kernel stopped writing to ${fact.value.device} after an ext4 error${saysRw ? ', though the mount table still says rw' : ''}.`
          : `${fact.value.device} has counted ${fact.value.errors} errors${fact.value.lastFunction ? ` (last in ${fact.value.lastFunction})` : ''}; it needs an e2fsck, and may refuse writes now.`,
        score: now ? 60 : 30,
      });
    }
    if (drafts.length > 0 || remounted.length === 0) return drafts;
    const device = remounted[0]?.value.device;
    const mount = device === undefined ? undefined : mountOfDevice(scene, device);
    if (!mount || mount.value.options.includes('ro') || mount.value.superOptions?.includes('ro')) return [];
    return [
      {
        confidence: 'likely',
        subject: mount.value.target,
        evidence: [
          ...show(remounted, 'the kernel stopped writing'),
          evidence(mount, 'the mount table still says rw'),
          ...show(refused, 'writes are refused', 1),
        ],
        explanation: `The kernel log says that ${device} went read-only, and the mount table still says rw: that is how current kernels do it. Believe the log.`,
        score: below.length > 0 ? 30 : 55,
      },
    ];
  },
};
