import type { Host } from '../host/host.ts';
import type { Look } from './look.ts';

/** Figures of file systems by path: what a full look is spared for while they stand still. */
export type Pulse = ReadonlyMap<string, { free: number; files: number }>;

/** What is left may change by this share before it is looked at whole. */
const SHARE = 0.001;
/** With less than this share left nothing is spared. */
const CLOSE = 0.05;

/** statfs of each file system of the stack: no program is started for it. */
export async function pulseOf(host: Host, look: Look): Promise<Pulse> {
  const pulse = new Map<string, { free: number; files: number }>();
  for (const layer of look.layers) {
    if (layer.kind !== 'file-system' || layer.path === undefined) continue;
    const answer = await host.statfs(layer.path, { timeoutMs: 5000 });
    if (answer.ok)
      pulse.set(layer.path, { free: answer.value.bavail * answer.value.blockSize, files: answer.value.ffree });
  }
  return pulse;
}

/**
 * Whether nothing moved since the last whole look. Never where something is nearly full, where a finding
 * stands that must be seen to go, or where thin pools and chunks fill unseen by statfs.
 */
export function unmoved(look: Look, before: Pulse, now: Pulse): boolean {
  if (before.size === 0 || now.size !== before.size) return false;
  if (look.findings.some((one) => one.severity !== 'notice' && one.confidence !== 'possible')) return false;
  for (const layer of look.layers) {
    if (layer.kind === 'thin-pool' || layer.kind === 'volume-group') return false;
    for (const { capacity, free } of layer.resources)
      if (capacity !== undefined && free !== undefined && free < CLOSE * capacity && layer.storage !== 'btrfs')
        return false;
  }
  for (const [path, then] of before) {
    const is = now.get(path);
    if (!is || moved(then.free, is.free) || moved(then.files, is.files)) return false;
  }
  return true;
}

const moved = (then: number, is: number): boolean => Math.abs(is - then) > SHARE * then;
