import { safeText } from '../probes/clean.ts';

/** Text for HTML and attribute values; without control characters and marks that turn the direction of what follows. */
export function escapeHtml(text: string): string {
  const safe = text.includes('\n') ? text.split('\n').map(safeText).join('\n') : safeText(text);
  return safe.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A name from the machine within a sentence: whichever way it is written, what follows it stays in its place. */
export function nameHtml(name: string): string {
  return `<bdi>${escapeHtml(name)}</bdi>`;
}

/** At most so many letters, the middle left out: the ends of paths and ids tell most. */
export function shortened(text: string, most: number): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  const head = Math.floor((most - 1) / 2);
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Bytes for people, IEC. */
export function bytes(count: number): string {
  let value = Math.abs(count);
  let unit = 0;
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = unit === 0 || value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  return `${count < 0 ? '-' : ''}${text} ${UNITS[unit] ?? 'B'}`;
}

/** A count or bytes. */
export function amount(value: number, unit: 'bytes' | 'count'): string {
  return unit === 'bytes' ? bytes(value) : String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A span of time for people: the two largest units that matter. */
export function span(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown time';
  if (seconds > 36_500 * 86400) return 'over 100 years';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} days`;
}

/** `2026-03-01 14:05:09 UTC` */
export function clock(at: number): string {
  // beyond what a date can be (ECMA-262, 21.4.1.1): a journal changed by hand
  if (!(Math.abs(at) < 8.64e12)) return 'unknown time';
  return `${new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** When nothing will be left, for people. */
export function fullIn({ seconds, soonest, latest }: { seconds: number; soonest: number; latest?: number }): string {
  if (seconds < 1) return 'full now';
  return `full in ${span(seconds)}, between ${span(soonest)} and ${latest === undefined ? 'never' : span(latest)}`;
}
