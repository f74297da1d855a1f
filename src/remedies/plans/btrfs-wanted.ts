import type { BtrfsTarget } from './btrfs-file-system.ts';
import type { PlanRequest } from './planned.ts';
import { bytesOf } from './settings.ts';

const GIB = 2 ** 30;

/**
 * Bytes that are to be unallocated when packing is done: as told with `--set target=`, else a tenth of
 * the devices, at least 1 GiB (room for a few chunks of each kind), of small file systems a quarter.
 */
export function wantedUnallocated(request: PlanRequest, target: BtrfsTarget): number {
  const given = request.settings.get('target');
  const named = given === undefined ? undefined : bytesOf(given);
  if (named !== undefined) return named;
  const size = target.view.deviceSize ?? 0;
  return Math.min(Math.max(GIB, size / 10), size / 4);
}
