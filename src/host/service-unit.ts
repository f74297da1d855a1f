import { existsSync, rmSync } from 'node:fs';
import { UllageError } from './host.ts';
import { replaceFile } from './replace-file.ts';
import { runProcess } from './run-process.ts';

/** Where an administrator's own units stand (man 5 systemd.unit). */
const UNITS = '/etc/systemd/system';

/** Writes a unit, enables and starts it. @throws UllageError */
export async function installUnit(name: string, text: string): Promise<string> {
  const path = `${UNITS}/${name}`;
  replaceFile(path, text);
  await systemctl(['daemon-reload']);
  await systemctl(['enable', '--now', name]);
  return path;
}

/** Stops it and takes it away. @returns the path, undefined where there was none. @throws UllageError */
export async function removeUnit(name: string): Promise<string | undefined> {
  const path = `${UNITS}/${name}`;
  if (!existsSync(path)) return undefined;
  await systemctl(['disable', '--now', name]);
  rmSync(path, { force: true });
  await systemctl(['daemon-reload']);
  return path;
}

async function systemctl(args: readonly string[]): Promise<void> {
  const ran = await runProcess(['systemctl', ...args], { timeoutMs: 60_000 });
  if (ran.exitCode === 0) return;
  throw new UllageError(
    'systemd did not do it',
    `systemctl ${args.join(' ')}`,
    ran.notFound ? 'This machine has no systemd: start ullage watch with what it has' : ran.stderr.trim().slice(0, 300),
  );
}
