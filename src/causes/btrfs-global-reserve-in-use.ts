import type { Cause } from './cause.ts';
import { evidence } from './cause.ts';
import { btrfsStories, canGrow, spaceEvidence, unallocatedEvidence } from './help/btrfs.ts';
import { MIB, size } from './help/format.ts';

export const btrfsGlobalReserveInUse: Cause = {
  id: 'btrfs-global-reserve-in-use',
  title: 'btrfs lives on its emergency space (global reserve)',
  severity: 'critical',
  prevalence: 'C',
  about:
    'btrfs keeps a part of its metadata, at most 512 MiB, for finishing what it has begun. When that reserve is being used up the next transaction may be aborted and the file system forced read-only. ' +
    'Only deleting is still safe. A reserve with nothing used does not prove health: creates fail before it is touched.',
  confirm:
    '`Global reserve: … (used: more than 0)` in `btrfs filesystem usage`, or global_rsv_reserved below global_rsv_size, more than once.',
  lookAlikes: [{ cause: 'btrfs-metadata-exhausted', tell: 'the reserve is whole and creates already fail' }],
  nextCheck: {
    run: 'btrfs filesystem usage -b /var/lib/docker',
    why: 'once more: a reserve in use for a moment is ordinary work',
  },
  remedies: ['btrfs-add-device', 'btrfs-temporary-device', 'delete-snapshots'],
  sources: ['kernel fs/btrfs/block-rsv.c (btrfs_update_global_block_rsv)'],
  explains: ['btrfs-auto-reclaim-off'],
  find(scene) {
    return btrfsStories(scene).flatMap((story) => {
      const state = story.states.find((numbers) => (numbers.reserveUsed?.used ?? 0) > 0);
      const reserve = state?.reserveUsed;
      if (!state || !reserve) return [];
      const stuck = canGrow(state, state.metadata?.profile ?? 'single') === 'no';
      // while chunks can be made, a delete of many files borrows from the reserve for seconds
      if (!stuck && (scene.from === 'host' || reserve.used < MIB)) return [];
      return [
        {
          confidence: 'likely',
          severity: stuck ? 'critical' : 'warning',
          subject: state.subject,
          evidence: [
            state.metadata
              ? spaceEvidence({ ...state.metadata, fact: reserve.fact }, 'the reserve is in use', /reserve|global_rsv/i)
              : evidence(reserve.fact, 'the reserve is in use'),
            ...(stuck ? unallocatedEvidence(state) : []),
          ],
          explanation: `${size(reserve.used)} of the ${size(reserve.size)} global reserve of ${state.subject} are in use${stuck ? ' and no chunk can be made: an aborted transaction is near. Add a device before anything else' : ''}.`,
          score: stuck ? 60 : 40,
        },
      ];
    });
  },
};
