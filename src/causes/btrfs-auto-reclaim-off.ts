import type { Cause } from './cause.ts';
import { btrfsStories, spaceEvidence, stranded, unallocated } from './help/btrfs.ts';
import { GIB, size } from './help/format.ts';

export const btrfsAutoReclaimOff: Cause = {
  id: 'btrfs-auto-reclaim-off',
  title: 'nothing compacts half-empty btrfs chunks',
  severity: 'notice',
  prevalence: 'B',
  about:
    'btrfs frees chunks that are entirely empty by itself, but leaves half-empty ones. With no scheduled balance and automatic reclaim off (the default) free space is slowly stranded in data chunks until metadata cannot get a new one.',
  confirm:
    'bg_reclaim_threshold and dynamic_reclaim of data are 0, much is free inside data chunks and little is unallocated.',
  lookAlikes: [{ cause: 'btrfs-metadata-exhausted', tell: 'it has come to that already' }],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'shows how much is stranded and what is unallocated',
  },
  remedies: ['btrfs-rebalance', 'btrfs-reclaim-threshold'],
  sources: [
    'kernel fs/btrfs/block-group.c (btrfs_reclaim_bgs)',
    'kernel Documentation/ABI: /sys/fs/btrfs/<UUID>/allocation/data/bg_reclaim_threshold',
  ],
  find(scene) {
    return btrfsStories(scene).flatMap((story) => {
      const state = story.states.at(-1);
      const sysfs = story.fs.states.at(-1)?.sysfs;
      const space = sysfs?.value.spaces.data;
      const free = state ? unallocated(state) : undefined;
      const slack = state ? stranded(state) : undefined;
      if (!state?.data || !space || free === undefined || slack === undefined) return [];
      if (space.bgReclaimThreshold !== 0 || space.dynamicReclaim === true) return [];
      const whole = state.deviceSize ?? state.data.total;
      if (slack < 0.25 * state.data.total || slack < GIB || free > Math.max(GIB, 0.1 * whole)) return [];
      return [
        {
          confidence: 'possible',
          subject: state.subject,
          evidence: [
            spaceEvidence(
              { ...state.data, fact: sysfs ?? state.data.fact },
              'automatic reclaim is off',
              /reclaim|data/i,
            ),
          ],
          explanation: `${size(slack)} lie free inside data chunks of ${state.subject}, ${size(free)} is unallocated, and nothing compacts the chunks.`,
          score: 30,
        },
      ];
    });
  },
};
