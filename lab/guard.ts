import { readFileSync } from 'node:fs';

/** Pid of the parent and name of a process, or undefined when it is gone (proc(5), /proc/PID/stat). */
function statOf(pid: number): { name: string; parent: number } | undefined {
  try {
    const match = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return match ? { name: match[1] ?? '', parent: Number(match[2]) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends this process when the npm that started it is gone. `kill -9` of npm would else leave the lab behind,
 * working for nobody. A lab started without npm watches its parent alone.
 */
export function endWithParent(): void {
  const chain: number[] = [process.pid];
  if (process.env['npm_lifecycle_event'] !== undefined) {
    for (let pid = process.pid; chain.length < 5; ) {
      const parent = statOf(pid)?.parent ?? 1;
      if (parent <= 1) break;
      chain.push(parent);
      pid = parent;
      if (statOf(parent)?.name.startsWith('npm')) break;
    }
  } else chain.push(process.ppid);
  const timer = setInterval(() => {
    const broken = chain.some((pid, index) => {
      const parent = chain[index + 1];
      return parent !== undefined && statOf(pid)?.parent !== parent;
    });
    if (broken) process.kill(process.pid, 'SIGKILL');
  }, 200);
  timer.unref();
}
