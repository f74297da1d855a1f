/** Text for HTML and attribute values. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
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
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} days`;
}

/** `2026-03-01 14:05:09 UTC` */
export function clock(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** When nothing will be left, for people. */
export function fullIn({ seconds, soonest, latest }: { seconds: number; soonest: number; latest?: number }): string {
  if (seconds < 1) return 'full now';
  return `full in ${span(seconds)}, between ${span(soonest)} and ${latest === undefined ? 'never' : span(latest)}`;
}
