import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Brings QEMU, mmdebstrap and the daemons: Debian packages that the machine lacks are unpacked into a
 * cache, nothing is installed. Sets the environment for everything the lab starts.
 */
export function bringTools(): void {
  const ran = spawnSync('bash', [join(project, 'scripts/kernel-setup.sh'), 'lab'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const line of ran.stdout.split('\n')) {
    const [name, value] = line.split(/=(.*)/s);
    if (name && value && /^[A-Z_]+$/.test(name)) process.env[name] = value;
  }
}

/** The command the incidents are shown to, as it is built for users. */
export function buildCommand(): void {
  const ran = spawnSync(process.execPath, ['--import', 'tsx', join(project, 'scripts/build.ts'), '--bin'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (ran.status !== 0) throw new Error('the command could not be built');
}
