import { homedir } from 'node:os';
import { join } from 'node:path';
import { UllageError } from '../host/host.ts';

/** A number of seconds given as an option. @throws UllageError */
export function seconds(text: string | undefined, option: string, usual: number, least: number, most: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least || value > most)
    throw new UllageError(
      `not a number of seconds from ${least} to ${most}`,
      `${option} ${text}`,
      `Give for example ${option} ${usual}`,
    );
  return value;
}

/** An http address given as an option. @throws UllageError */
export function senderUrl(text: string, option: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UllageError('not an http address', `${option} ${text}`, `Give for example ${option} http://127.0.0.1:9093`);
}

/** Where ullage keeps what it must remember; ULLAGE_STATE_DIR names another place. */
export function stateDirectory(): string {
  const chosen = process.env['ULLAGE_STATE_DIR'];
  if (chosen) return chosen;
  if (process.getuid?.() === 0) return '/var/lib/ullage';
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'ullage');
}
