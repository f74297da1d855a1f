/**
 * Sizes as programs print them. Docker and Podman print SI (`107.4 GB`, kB = 1000); btrfs,
 * LVM (lower case) and df -h print IEC. Never mixed up: the caller says what a bare `G` means.
 */
export interface Size {
  bytes: number;
  /** half a unit of the last printed digit, in bytes: how far the true value may be away */
  resolution: number;
}

const POWER = new Map<string, number>(Object.entries({ '': 0, K: 1, M: 2, G: 3, T: 4, P: 5, E: 6 }));

/**
 * `13.2GiB`, `1,03G`, `512.00 MiB`, `75.95 GB`, `64.0k`, `4294967296B`, `4294967296`.
 * `bare`: what a unit without `i` means: `iec` (btrfs, LVM, df) or `si` (Docker).
 * Returns undefined for anything else; never NaN or negative.
 */
export function parseSize(text: string, bare: 'iec' | 'si'): Size | undefined {
  const match = /^\s*<?(\d+(?:[.,]\d+)?)\s*([kKmMgGtTpPeE]?)(i?)(?:[bB](?:ytes?)?)?\s*$/.exec(text);
  if (!match) return undefined;
  const digits = (match[1] ?? '').replace(',', '.');
  const power = POWER.get((match[2] ?? '').toUpperCase()) ?? 0;
  const base = match[3] === 'i' || bare === 'iec' ? 1024 : 1000;
  const unit = base ** power;
  const bytes = Math.round(Number(digits) * unit);
  if (!Number.isSafeInteger(bytes)) return undefined;
  const decimals = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0;
  return { bytes, resolution: power === 0 ? 0 : unit / 10 ** decimals / 2 };
}

/** The bytes of {@link parseSize}. */
export function sizeBytes(text: string, bare: 'iec' | 'si'): number | undefined {
  return parseSize(text, bare)?.bytes;
}

/** A whole number of 0 or more that fits a double exactly, else undefined. */
export function count(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+\s*$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `57%`, `57,3 %`, `100.00`: percent as a number from 0 to 10000, else undefined. */
export function percent(text: string | undefined): number | undefined {
  const match = /^\s*(\d{1,5}(?:[.,]\d+)?)\s*%?\s*$/.exec(text ?? '');
  return match ? Number((match[1] ?? '').replace(',', '.')) : undefined;
}
