/** `13.2 GiB`: for people. Bytes stay exact everywhere else. */
export function iec(bytes: number): string {
  return human(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
}

/** `107.4 GB`: Docker's own way (units.HumanSize), for what stands beside its output. */
export function si(bytes: number): string {
  return human(bytes, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB']);
}

function human(bytes: number, base: number, units: string[]): string {
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : Number(value.toPrecision(4))} ${units[unit] ?? ''}`;
}

export function percentOf(fraction: number): string {
  const percent = fraction * 100;
  return `${percent >= 99.95 ? Math.floor(percent * 100) / 100 : Number(percent.toPrecision(3))} %`;
}
