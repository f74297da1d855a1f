import type { ChangingHost } from '../host/changing.ts';
import { UllageError } from '../host/host.ts';
import { RUNNING } from '../host/left-behind.ts';
import { ownerLives, ownName } from '../host/process-mark.ts';

/**
 * One apply a host: a symbolic link whose target names its owner, made in one step (symlink(2)
 * is atomic, also over ssh) and gone with the machine's power, since /run is in memory.
 */
const PATH = '/run/ullage-apply.lock';

export interface Lock {
  release(): Promise<void>;
}

/** Another apply holds the host: nothing was done, later it may be. */
export class AnotherApply extends UllageError {}

/** Links beside links beside the lock: more owners that died while they took over are seen to by hand. */
const DEEPEST = 3;

/** @throws AnotherApply when another apply holds it; UllageError without root */
export async function takeLock(host: ChangingHost, path = PATH): Promise<Lock> {
  await claim(host, path, 0);
  return { release: () => release(host, path) };
}

/** Makes the link ours, in the place of one whose owner is dead. */
async function claim(host: ChangingHost, path: string, depth: number): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    const made = await host.change(['ln', '-sT', ownName(), path], { timeoutMs: 30_000 });
    if (made.exitCode === 0) return;
    const held = await host.run(['readlink', path]);
    const holder = held.stdout.trim();
    if (held.exitCode !== 0 || holder === '')
      throw new UllageError(
        'the lock cannot be taken',
        `${path}: ${made.stderr.trim() || 'no answer'}`,
        'Changing a host needs root there',
      );
    if (ownerLives(holder) || depth === DEEPEST)
      throw new AnotherApply(
        'another apply is at work on this host',
        `${path} is held by ${holder}`,
        `Wait for it. If you are sure that it is dead, remove the lock on that host: rm ${path}`,
      );
    await bury(host, path, holder, depth);
  }
  throw new UllageError('the lock cannot be taken', path, 'Somebody else takes it at the same time: try again');
}

/**
 * Takes a dead owner's link away. Of two that found it dead the slower would remove what the quicker has made since: so it
 * is done by who holds a lock of its own beside it, and only while it is still that owner's.
 */
async function bury(host: ChangingHost, path: string, dead: string, depth: number): Promise<void> {
  const right = `${path}.takeover`;
  await claim(host, right, depth + 1);
  try {
    const held = await host.run(['readlink', path]);
    if (held.stdout.trim() === dead) await host.change(['rm', '-f', path], { timeoutMs: 30_000 });
  } finally {
    await host.change(['rm', '-f', right], { timeoutMs: 30_000 });
  }
}

async function release(host: ChangingHost, path: string): Promise<void> {
  // what did not end in time is still at work, and is waited for by whoever comes next
  const over = (await host.leftBehind([])).length === 0;
  await host.change(['rm', '-f', path, ...(over ? [RUNNING] : [])], { timeoutMs: 30_000 });
}
