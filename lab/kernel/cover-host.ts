import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../process.ts';

/** Where daemons keep their state: empty here, as on a fresh host. */
const STATE = ['docker', 'containerd', 'containers', 'kubelet', 'rancher'];

/**
 * Gives the lab its own /run, /var/log, and what daemons write below /etc and /var/lib. The latter two keep
 * what the host has in them, for programs and perhaps the project itself are there; what is written goes
 * to a tmpfs above. Mount points are made in that tmpfs, never on the host.
 */
export async function coverHost(): Promise<void> {
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'run', '/run']);
  await must(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'log', '/var/log']);
  mkdirSync('/run/lock', { mode: 0o1777 });
  for (const path of ['/etc', '/var/lib']) await layOver(path);
  for (const name of STATE) await hide(join('/var/lib', name));
  await hide('/etc/docker');
}

async function layOver(path: string): Promise<void> {
  const home = join('/run/.over', path.slice(1).replaceAll('/', '-'));
  const [upper, work] = [join(home, 'upper'), join(home, 'work')];
  for (const one of [upper, work]) mkdirSync(one, { recursive: true });
  await must(['mount', '-t', 'overlay', '-o', `lowerdir=${path},upperdir=${upper},workdir=${work}`, 'over', path]);
}

/** Covers what the host has there. One that is not there is left for the daemon to make. */
async function hide(path: string): Promise<void> {
  if (existsSync(path)) await must(['mount', '-t', 'tmpfs', '-o', 'mode=711', 'empty', path]);
}
