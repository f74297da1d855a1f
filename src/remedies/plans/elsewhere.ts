import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask } from './planned.ts';

/** TMPFS_MAGIC and RAMFS_MAGIC as `stat -f -c %t` prints them (linux/magic.h). */
const IN_MEMORY = new Set(['1021994', '858458f6']);

export interface Room {
  directory: string;
  available: number;
  /** lost when the machine is switched off */
  memory: boolean;
}

/** What a directory offers: bytes for everybody, and whether it is memory. Undefined: not there. */
export function* roomIn(directory: string): Generator<Look, (Room & { device: string }) | undefined, Ran> {
  const fs = yield* ask(['stat', '-f', '-c', '%t %S %a', directory]);
  const device = yield* ask(['stat', '-c', '%d', directory]);
  const [type, block, free] = fs.stdout.trim().split(' ');
  if (fs.exitCode !== 0 || type === undefined) return undefined;
  return {
    directory,
    available: Number(block) * Number(free),
    memory: IN_MEMORY.has(type),
    device: device.stdout.trim(),
  };
}

/**
 * A directory with room for `bytes` on another file system than `sick`, never in memory: where
 * copies are kept before anything is deleted.
 */
export function* roomElsewhere(
  sick: string,
  bytes: number,
  candidates = ['/var/lib', '/var/tmp', '/home', '/srv', '/root', '/mnt', '/opt'],
): Generator<Look, Room | undefined, Ran> {
  const ill = yield* roomIn(sick);
  let best: Room | undefined;
  for (const candidate of candidates) {
    const room = yield* roomIn(candidate);
    if (!room || room.memory || room.device === ill?.device || room.available < bytes) continue;
    if (!best || room.available > best.available) best = room;
  }
  return best;
}
