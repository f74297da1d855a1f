import { type Cause, evidence } from './cause.ts';
import { message } from './help/said.ts';

export const ostreeMinFreeSpace: Cause = {
  id: 'ostree-min-free-space',
  title: 'ostree keeps a minimum of free space and stops there',
  severity: 'warning',
  prevalence: 'B',
  about:
    'ostree (Fedora CoreOS, Silverblue, bootc) refuses to write when less than three percent of the file system would be left. On a disk of terabytes that is a hundred gigabytes ' +
    'that df shows as free.',
  confirm: 'The message "min-free-space-percent … would be exceeded".',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'df shows nothing left' }],
  nextCheck: { run: 'ostree config get core.min-free-space-percent', why: 'shows the limit; unset means 3 %' },
  remedies: ['ostree-cleanup', 'ostree-lower-minimum'],
  sources: ['ostree.repo-config(5)', 'coreos/fedora-coreos-tracker#731', 'ostreedev/ostree#1688'],
  find(scene) {
    const limit = message(scene, 'ostree-min-free');
    return limit
      ? [
          {
            confidence: 'likely',
            severity: 'critical',
            subject: 'the ostree repository',
            evidence: [evidence(limit, 'ostree stops at its own minimum')],
            explanation:
              'ostree itself says that its minimum of free space would be exceeded; the disk may have room above that.',
            score: 90,
          },
        ]
      : [];
  },
};
