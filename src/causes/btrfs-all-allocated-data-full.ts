import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import {
  btrfsStories,
  canGrow,
  dataFull,
  lonelyDevices,
  spaceEvidence,
  unallocated,
  unallocatedEvidence,
} from './help/btrfs.ts';
import { dfOf, troubleOn } from './help/btrfs-trouble.ts';
import { share, size } from './help/format.ts';
import { show } from './help/messages.ts';

export const btrfsAllAllocatedDataFull: Cause = {
  id: 'btrfs-all-allocated-data-full',
  title: 'btrfs data chunks are full and nothing is unallocated',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Every byte of the devices belongs to chunks and the data chunks are full. Here df is right: nothing can be written. ' +
    'Free space shown inside metadata chunks helps no data; only when metadata holds many gigabytes it does not use can a balance of metadata give some back.',
  confirm: 'Data used / total above 99 % and no unallocated space beyond the first MiB of each device.',
  lookAlikes: [
    { cause: 'btrfs-metadata-exhausted', tell: 'data chunks have free space, metadata has none; df shows room' },
    { cause: 'plain-fs-full', tell: 'the same for the writer: delete something' },
    { cause: 'btrfs-snapshots-pin', tell: 'what was deleted is still held by snapshots' },
  ],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'shows whether data chunks are full and what is unallocated',
  },
  remedies: ['delete-snapshots', 'btrfs-add-device', 'btrfs-grow-device'],
  prevention: 'Alert at 85 % of the devices allocated and data used; keep 1 GiB unallocated.',
  sources: ['kernel fs/btrfs/space-info.c', 'btrfs-filesystem(8), USAGE'],
  explains: ['btrfs-balance-enospc', 'btrfs-forced-readonly-enospc', 'btrfs-aborted', 'plain-fs-full'],
  find(scene) {
    return btrfsStories(scene).flatMap((story) => {
      const state = story.states.find((numbers) => {
        const profile = numbers.data?.profile ?? 'single';
        return (
          dataFull(numbers) && canGrow(numbers, profile) !== 'yes' && lonelyDevices(numbers, profile) === undefined
        );
      });
      if (!state?.data) return [];
      const grow = canGrow(state, state.data.profile);
      const df = dfOf(scene, story.fs);
      const failed = troubleOn(scene, story.fs).failed;
      const known = grow === 'no';
      if (!known && failed.length === 0) return [];
      const none = unallocated(state);
      return [
        {
          confidence: known ? 'confirmed' : 'likely',
          subject: state.subject,
          evidence: [
            spaceEvidence(state.data, 'the data chunks are full', /data/i),
            ...unallocatedEvidence(state),
            ...(df ? [evidence(df.fact, 'df agrees')] : []),
            ...show(failed, 'a write failed'),
          ],
          explanation:
            `Data uses ${size(state.data.used)} of ${size(state.data.total)} in its chunks (${share(state.data.used, state.data.total)})` +
            `${none === undefined ? '' : `, and ${size(none)} is unallocated`}: nothing more can be written to ${state.subject} until something is deleted.`,
          score: 90,
        },
      ];
    });
  },
};
