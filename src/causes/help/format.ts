const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes for people, in IEC units with one decimal: `13.2 GiB`, `512 B`. */
export function size(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1);
  return `${bytes < 0 ? '-' : ''}${digits} ${UNITS[unit]}`;
}

/** `part` of `whole` in percent, without decimals: `43 %`; below one percent `under 1 %`. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return 'an unknown share';
  const percent = (part / whole) * 100;
  return percent > 0 && percent < 1 ? 'under 1 %' : `${Math.round(percent)} %`;
}

export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
