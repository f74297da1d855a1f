import { sizeBytes } from './size.ts';

/** The figures of one row of df: three amounts, a percentage, then the inode figures some formats add. */
export interface DfFigures {
  /** indexes into the tokens: the first amount, and the first token behind all figures */
  from: number;
  to: number;
  amounts: [string, string, string];
  percent?: number;
  /** macOS and `--output`: total, used, free */
  inodes?: { total: number; used: number; free: number; percent?: number };
}

const AMOUNT = /^\d{1,20}(?:[.,]\d{1,3})*(?:[KMGTPEkmgtpe]i?B?|B)?$/;
const PERCENT = /^(\d{1,4})(?:[.,]\d{1,2})?%$/;

/**
 * Every group `size used available N%` in a line's words, wherever it stands: a row is known by
 * this shape, since its header may be in any language, cut off, or glued to it.
 */
export function dfFigures(tokens: readonly string[]): DfFigures[] {
  const groups: DfFigures[] = [];
  for (let i = 0; i + 3 < tokens.length; i++) {
    const a = tokens[i] ?? '';
    const b = tokens[i + 1] ?? '';
    const c = tokens[i + 2] ?? '';
    if (!AMOUNT.test(a) || !AMOUNT.test(b) || !AMOUNT.test(c)) continue;
    const use = tokens[i + 3] ?? '';
    const match = PERCENT.exec(use);
    if (!match && use !== '-') continue;
    const inodes = inodesAt(tokens, i + 4);
    const to = inodes?.to ?? i + 4;
    if (!(tokens[to] ?? '').startsWith('/')) continue;
    groups.push({
      from: i,
      to,
      amounts: [a, b, c],
      ...(match ? { percent: Number(match[1]) } : {}),
      ...(inodes?.value ? { inodes: inodes.value } : {}),
    });
    i = to;
  }
  return groups;
}

function inodesAt(
  tokens: readonly string[],
  at: number,
): { to: number; value?: NonNullable<DfFigures['inodes']> } | undefined {
  const numbers: string[] = [];
  let i = at;
  while (i < tokens.length && numbers.length < 3 && /^\d{1,20}$/.test(tokens[i] ?? '')) numbers.push(tokens[i++] ?? '');
  if (numbers.length < 2) return undefined;
  const use = PERCENT.exec(tokens[i] ?? '');
  if (use || tokens[i] === '-') i++;
  const values = numbers.map(Number);
  const [first = 0, second = 0, third] = values;
  // APFS reports 2^63 free inodes: no limit, and no exact number either
  if (!values.every(Number.isSafeInteger)) return { to: i };
  const percent = use ? { percent: Number(use[1]) } : {};
  if (third !== undefined) return { to: i, value: { total: first, used: second, free: third, ...percent } };
  return use && first + second <= Number.MAX_SAFE_INTEGER
    ? { to: i, value: { total: first + second, used: first, free: second, ...percent } }
    : { to: i };
}

/** What a bare number of a column means, and what `G` means. */
export interface DfUnits {
  /** bytes for one unit of a number without suffix */
  bare: number;
  kind: 'iec' | 'si';
}

/** Bytes and how far the true value may be away; df rounds up, so a whole unit of the last digit. */
export function dfAmount(
  text: string,
  units: DfUnits,
  siblings: readonly string[],
): { bytes: number; resolution: number } | undefined {
  const plain = /^\d{1,3}(?:,\d{3})+$/.test(text) ? text.replaceAll(',', '') : text;
  const digits = /^\d+(?:[.,](\d+))?/.exec(plain);
  if (!digits) return undefined;
  let unit = plain.slice(digits[0].length);
  const human = siblings.some((one) => /[A-Za-z]$/.test(one));
  if (unit === '' && digits[1] !== undefined) {
    // a fraction of a byte does not exist: the unit was lost, the row's size has it
    unit = /[A-Za-z]+$/.exec(siblings[0] ?? '')?.[0] ?? '';
    if (unit === '') return undefined;
  }
  const scale = unit === '' ? (human ? 1 : units.bare) : sizeBytes(`1${unit}`, units.kind);
  if (scale === undefined) return undefined;
  const bytes = Math.round(Number(digits[0].replace(',', '.')) * scale);
  if (!Number.isSafeInteger(bytes)) return undefined;
  return { bytes, resolution: unit === '' ? 0 : scale / 10 ** (digits[1]?.length ?? 0) };
}

/** Inode counts: whole numbers, or `3.0M` of df -ih (powers of 1024). */
export function dfCount(text: string): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : sizeBytes(text, 'iec');
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}
