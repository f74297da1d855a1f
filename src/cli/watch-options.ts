import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { UllageError } from '../host/host.ts';
import { USUAL_RULES } from '../watch/alerts/rules.ts';
import { wholeTargets } from './targets.ts';

/** A number of seconds given as an option. @throws UllageError */
function seconds(text: string | undefined, option: string, usual: number, least: number, most: number): number {
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

/** Options of `ullage watch` as they are given: what is wrong with one is said at once, also of a service that would start with it. */
interface Given {
  interval?: string;
  usage?: string;
  on?: string[];
  'warn-within'?: string;
  'critical-within'?: string;
  for?: string;
  webhook?: string[];
  alertmanager?: string[];
}

/** @throws UllageError */
export function watchOptions(given: Given, spec: string | undefined) {
  const { warnWithin, criticalWithin, for: lasting } = USUAL_RULES;
  const year = 365 * 86400;
  return {
    interval: seconds(given.interval, '--interval', 60, 2, 86400),
    usageEvery: given.usage === undefined ? undefined : seconds(given.usage, '--usage', 3600, 60, 7 * 86400),
    rules: {
      warnWithin: seconds(given['warn-within'], '--warn-within', warnWithin, 60, year),
      criticalWithin: seconds(given['critical-within'], '--critical-within', criticalWithin, 60, year),
      for: seconds(given.for, '--for', lasting, 0, 86400),
    },
    webhook: (given.webhook ?? []).map((url) => senderUrl(url, '--webhook')),
    alertmanager: (given.alertmanager ?? []).map((url) => senderUrl(url, '--alertmanager')),
    on: wholeTargets(given.on ?? [], spec),
  };
}

/** A program without a directory is looked for in PATH; any other is named whole, for it is started in `/`. */
export function wholeProgram(path: string): string {
  return path.includes('/') ? resolve(path) : path;
}

/** An http address given as an option. @throws UllageError */
function senderUrl(text: string, option: string): string {
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
