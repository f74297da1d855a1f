import type { Cause } from './cause.ts';
import { duGap } from './help/du-gap.ts';
import { size } from './help/format.ts';
import { said, says, textSeverity } from './help/said.ts';

export const hiddenUnderMountpoint: Cause = {
  id: 'hidden-under-mountpoint',
  title: 'Files lie hidden below a mount point',
  severity: 'warning',
  prevalence: 'B',
  about:
    'What was written into a directory before a disk was mounted over it, or while that disk was missing, still takes space on the file system below and cannot be seen. ' +
    'df counts it, du does not.',
  confirm: 'A bind mount of the upper directory (mount --bind / /mnt) shows files at the place of the mount point.',
  lookAlikes: [
    { cause: 'deleted-but-open', tell: 'lsof +L1 lists the missing size' },
    { cause: 'snapshots-hold-space', tell: 'snapshots exist' },
  ],
  nextCheck: {
    run: 'mount --bind / /mnt/below',
    why: 'shows / without what is mounted on it; then: du -xh --max-depth=3 /mnt/below',
  },
  remedies: ['clean-below-mount-point'],
  prevention: "chattr +i on the empty mount point; RequiresMountsFor= in the engine's unit.",
  sources: ['mount(8) --bind', 'kubernetes/kubernetes#71869'],
  explains: ['plain-fs-full'],
  find(scene) {
    const gap = duGap(scene);
    const held = scene.facts.has('open-deleted', (file) => (file.size ?? 0) > 1e8);
    if (held || (!gap && (scene.from === 'host' || !says(scene, 'du-does-not-explain')))) return [];
    return [
      {
        confidence: 'possible',
        severity: scene.from === 'text' ? textSeverity(scene) : 'notice',
        subject: gap?.mountpoint ?? '/',
        evidence: gap?.evidence ?? said(scene, 'du-does-not-explain'),
        explanation: `${gap ? `df counts ${size(gap.used - gap.found)} more than du finds on ${gap.mountpoint}` : 'df counts more than du finds'}: besides deleted files that are open, files below a mount point do that.`,
        score: says(scene, 'mounts') ? 46 : 30,
      },
    ];
  },
};
