import { UllageError } from '../../host/host.ts';
import type { Drafting } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { btrfs } from '../../tools/btrfs.ts';
import { METADATA_SHORT, predict, rawOf } from './btrfs-after.ts';
import { behindLast, chunksOf } from './btrfs-chunks.ts';
import { type BtrfsTarget, btrfsTarget, dataAtMost, idle, isMounted, stillBusy } from './btrfs-file-system.ts';
import { enoughAt, ladder } from './btrfs-ladder.ts';
import { packSteps } from './btrfs-pack-steps.ts';
import { wantedUnallocated } from './btrfs-wanted.ts';
import type { PlannedRemedy } from './planned.ts';

/** Moving a data chunk needs as much free in others, or a new chunk: less than this unallocated makes none. */
const NO_NEW_CHUNK = 16 * 2 ** 20;

export const btrfsRebalance: PlannedRemedy = {
  id: 'btrfs-rebalance',
  settings: [
    { name: 'target', says: 'bytes that are to be unallocated in the end', kind: 'bytes' },
    { name: 'metadata', says: 'yes: pack half-empty metadata chunks as well, last and a few at a time', kind: 'text' },
  ],
  *draft(request): Drafting {
    const metadata = request.settings.get('metadata') ?? 'no';
    if (metadata !== 'yes' && metadata !== 'no')
      throw new UllageError('a setting is wrong', `metadata=${metadata}`, 'yes or no');
    const target = yield* btrfsTarget(request);
    refuseStarved(target);
    const chunks = yield* chunksOf(target.mount);
    if (!chunks)
      throw new UllageError(
        'what is used of each chunk is not known',
        target.mount,
        'Install perl there, or btrfs-progs 6.8 or later, and make the plan again',
      );
    const short = wantedUnallocated(request, target) - (target.view.unallocated ?? 0);
    const ratio = rawOf(target, 'data');
    const pack = ladder(chunks, Math.max(0, short) / ratio);
    if (pack.freed === 0 && metadata === 'no') throw nothingToGain(target, short);
    return {
      on: target.mount,
      settings: { metadata, ...Object.fromEntries(request.settings) },
      predicted: predict(request, target, pack),
      notes: [
        'Each balance is left out once enough is free. Ctrl-C, a kill or a crash stops it at a chunk and loses nothing; after a reboot a balance that was cut short goes on by itself.',
        `If a balance ends with "No space left on device": ${lendInstead(target)}`,
      ],
      treats: [target.mount],
      steps: [
        ...packSteps(target, {
          rungs: pack.rungs,
          enough: [dataAtMost(target, enoughAt(target.view.data?.total ?? 0, pack.freed))],
          below: behindLast(chunks),
          ifStopped: `${target.mount} works; what was packed stays packed.`,
          ifNoSpace: `Balance has no room of its own there: ${lendInstead(target)}`,
        }),
        ...(metadata === 'yes' ? [metadataStep(target)] : []),
      ],
    };
  },
};

function lendInstead(target: BtrfsTarget): string {
  return `ullage plan btrfs-temporary-device --on ${target.mount}`;
}

/** @throws UllageError where balance is known to fail for want of metadata */
function refuseStarved({ view, mount, ...target }: BtrfsTarget): void {
  if ((view.unallocated ?? 0) >= NO_NEW_CHUNK || (view.metadata?.free ?? 0) >= METADATA_SHORT) return;
  throw new UllageError(
    'balance itself has no room there and would fail with "No space left on device"',
    `${mount}: nothing is unallocated, ${Math.floor((view.metadata?.free ?? 0) / 2 ** 20)} MiB of metadata are left`,
    `Lend it a device: ${lendInstead({ view, mount, ...target })}`,
  );
}

function nothingToGain(target: BtrfsTarget, short: number): UllageError {
  return short <= 0
    ? new UllageError(
        'enough is unallocated already',
        `${target.mount}: ${Math.floor((target.view.unallocated ?? 0) / 2 ** 20)} MiB`,
        'Ask for more with --set target=SIZE',
      )
    : new UllageError(
        'packing would give nothing back: the data chunks are full',
        target.mount,
        'It needs a larger or another device for good (btrfs-add-device, btrfs-grow-device), or data must go',
      );
}

/** Only when it was asked for: what is packed is soon wanted again, and then there may be no room for a new chunk. */
function metadataStep(target: BtrfsTarget): Step {
  return {
    id: 'pack-metadata',
    title: 'pack metadata chunks that are less than 50 % full',
    why: 'You asked for it. At most two are moved; keep room unallocated for the ones that come.',
    run: [btrfs.balanceMetadata(50, 2, target.mount)],
    undo: [],
    before: [isMounted(target), ...idle(target)],
    after: [],
    busy: stillBusy(target),
    progress: { run: btrfs.balanceStatus(target.mount), pattern: '(\\d+)% left', unit: 'percent left' },
    cancel: [btrfs.balanceCancel(target.mount)],
    ifFailed: {
      matches: 'No space left on device|enospc errors',
      says: `Balance has no room of its own there: ${lendInstead(target)}`,
    },
    risk: 'online',
    idempotent: true,
    timeout: 24 * 3600,
    ifStopped: `${target.mount} works; what was packed stays packed.`,
  };
}
