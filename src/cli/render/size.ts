const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes for people: IEC units, three significant digits: `0 B`, `13.2 GiB`, `512 MiB`. */
export function iec(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 1023.95 KiB would print as 1024 KiB
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${bytes < 0 ? '-' : ''}${trimZeros(value.toFixed(digits))} ${UNITS[unit] ?? 'B'}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** `16,777,216`. Intl would cost 25 ms of start-up for this. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
