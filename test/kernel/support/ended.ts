import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { sleep } from './leftovers.ts';

/** Nothing of it runs any more; its zombie may wait for whoever started it. */
export function isDead(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(') ') + 2));
  } catch {
    return true;
  }
}

/** For what may not let other timers have their turn. */
export function waitDead(pid: number): void {
  for (let tries = 0; !isDead(pid); tries++) {
    if (tries > 600) throw new Error(`process ${pid} does not end`);
    spawnSync('sleep', ['0.1']);
  }
}

/** Asks a program of ours to end, and waits until it has: what still ends writes, listens and holds mounts. */
export async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    for (let waited = 0; child.exitCode === null && child.signalCode === null && waited < 60_000; waited += 50)
      await sleep(50);
  }
}
