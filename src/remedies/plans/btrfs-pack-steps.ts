import type { Check, Step } from '../../plan/plan.ts';
import { btrfs } from '../../tools/btrfs.ts';
import { type BtrfsTarget, idle, isMounted, stillBusy } from './btrfs-file-system.ts';
import type { Rung } from './btrfs-ladder.ts';

/** A balance may take hours on slow disks; it can be stopped at any chunk. */
const A_DAY = 24 * 3600;

export interface Packing {
  rungs: readonly Rung[];
  /** all hold once enough is free */
  enough: Check[];
  /** chunks from this logical address on were made meanwhile: they stay where they are */
  below: number | undefined;
  ifStopped: string;
  ifNoSpace: string;
  afterReboot?: string;
}

/** One step a rung: each is left out once enough is free, and can be stopped behind any chunk. */
export function packSteps(target: BtrfsTarget, packing: Packing): Step[] {
  return packing.rungs.map(({ usage, limit }, index) => ({
    id: `pack-${index + 1}`,
    title: `pack chunks that are less than ${usage} % full`,
    why: `At most ${limit === 1 ? 'one of them is' : `${limit} of them are`} moved into gaps of the others, and given back. Data chunks only.`,
    run: [btrfs.balanceData(usage, limit, target.mount, packing.below)],
    undo: [],
    before: [isMounted(target, packing.afterReboot), ...idle(target)],
    after: [],
    skipIf: packing.enough,
    busy: stillBusy(target),
    progress: { run: btrfs.balanceStatus(target.mount), pattern: '(\\d+)% left', unit: 'percent left' },
    cancel: [btrfs.balanceCancel(target.mount)],
    ifFailed: { matches: 'No space left on device|enospc errors', says: packing.ifNoSpace },
    risk: 'online',
    idempotent: true,
    timeout: A_DAY,
    ifStopped: packing.ifStopped,
  }));
}
