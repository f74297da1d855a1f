import { spawnSync } from 'node:child_process';

/**
 * Vitest's global set-up of the project `kernel`: brings the programs once (root only), then hands
 * PATH and LD_LIBRARY_PATH to the tests through the environment. Tests find out with
 * test/kernel/ready.ts what there is and skip by name.
 */
export function setup(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return;
  const ran = spawnSync('bash', ['scripts/kernel-setup.sh'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 20 * 60_000,
  });
  for (const line of (ran.stdout ?? '').split('\n')) {
    const [name, value] = line.split(/=(.*)/s);
    if (value && (name === 'PATH' || name === 'LD_LIBRARY_PATH' || name === 'ULLAGE_UNPACKED'))
      process.env[name] = value;
  }
}
