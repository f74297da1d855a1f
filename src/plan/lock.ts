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

/** @throws AnotherApply when another apply holds it; UllageError without root */
export async function takeLock(host: ChangingHost): Promise<Lock> {
  const owner = ownName();
  for (let attempt = 0; attempt < 2; attempt++) {
    const made = await host.change(['ln', '-sT', owner, PATH], { timeoutMs: 30_000 });
    if (made.exitCode === 0) return { release: () => release(host) };
    const held = await host.run(['readlink', PATH]);
    const holder = held.stdout.trim();
    if (held.exitCode !== 0 || holder === '')
      throw new UllageError(
        'the lock cannot be taken',
        `${PATH}: ${made.stderr.trim() || 'no answer'}`,
        'Changing a host needs root there',
      );
    if (ownerLives(holder))
      throw new AnotherApply(
        'another apply is at work on this host',
        `${PATH} is held by ${holder}`,
        `Wait for it. If you are sure that it is dead, remove the lock on that host: rm ${PATH}`,
      );
    await host.change(['rm', '-f', PATH], { timeoutMs: 30_000 });
  }
  throw new UllageError('the lock cannot be taken', PATH, 'Somebody else takes it at the same time: try again');
}

async function release(host: ChangingHost): Promise<void> {
  // what did not end in time is still at work, and is waited for by whoever comes next
  const over = (await host.leftBehind([])).length === 0;
  await host.change(['rm', '-f', PATH, ...(over ? [RUNNING] : [])], { timeoutMs: 30_000 });
}
