import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from './process.ts';

export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The argv that runs another in process and mount namespaces of its own, which die with the lab: when the
 * lab is killed, `setpriv` kills `unshare`, `unshare` its child, and the child is PID 1: the kernel ends
 * every process under it, then the mounts, then the loop devices they held (autoclear). Nothing that
 * has to be cleaned up is left to anybody who may no longer be there. Needs root.
 */
export function inNamespaces(argv: readonly string[]): string[] {
  // PID 1 has to reap; a shell does, Node does not. Its `&` would give the program no terminal: fd 9 does
  const init = 'exec 9<&0; "$@" <&9 9<&- & wait $!';
  return [
    ...['setpriv', '--pdeathsig', 'KILL', '--'],
    ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
    ...['sh', '-c', init, 'sh', ...argv],
  ];
}

/** In the namespaces: a directory on a tmpfs nobody else sees. Its mount point is the same for every lab. */
export async function privateDirectory(): Promise<string> {
  const at = join(tmpdir(), 'ullage-lab');
  mkdirSync(at, { recursive: true });
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'ullage-lab', at]);
  return at;
}
