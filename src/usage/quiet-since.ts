import { lockedFiles } from '../host/file-locks.ts';
import { usersOfFiles } from '../host/process-files.ts';
import { realPath } from '../host/tree-files.ts';
import { SHARED } from '../tools/staging.ts';
import { mountOf, readMounts } from './mounts.ts';

/** Until when (ms since 1970) things on disk are surely not somebody's work in progress, and whose; or why that cannot be told. */
export type Settled = { before: number; by?: string } | { why: string };

/** Start times are known to some 20 ms, times of files to a tick of the kernel. No daemon makes layers in its first moments. */
export const SLACK = 200;
/** Times of files are those of the last tick (CONFIG_HZ is 100 at least), so they lie behind the clock. */
const TICK = 20;

/**
 * Whoever makes layers keeps them in mind until they are complete, and only then writes them down. What is
 * older than the daemon that has these files open was left by an earlier one.
 * @param files that the daemon keeps open as long as it runs: its databases
 */
export function settledBefore(files: readonly string[], program: RegExp, now: number, mounts = readMounts()): Settled {
  // neither its processes nor its locks are seen from here
  const type = mountOf(realPath(files[0] ?? '/'), mounts)?.type ?? '';
  if (SHARED.test(type)) return { why: `${type}: another machine may be at work in it` };
  const { users, complete } = usersOfFiles(files, program);
  const [first] = users.toSorted((a, b) => a.started - b.started);
  if (first)
    return first.started > now
      ? { why: 'the clock was set back since the daemon started' }
      : { before: first.started - SLACK, by: `${first.program} (process ${first.pid})` };
  if (!complete)
    return {
      why: 'whether a daemon is at work in it cannot be seen from here: run as root on the host itself, not in a container',
    };
  // a daemon under a name of its own (a wrapper's, a vendor's) locks its databases all the same
  const [locked] = lockedFiles(files);
  if (locked !== undefined) return { why: `somebody holds a lock on ${locked}: look again when that has ended` };
  return { before: now - TICK };
}
