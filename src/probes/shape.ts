/**
 * Readers for JSON, YAML and TOML values of unknown shape. Each gives `undefined` for anything
 * that is not what was asked for, so that hostile or half-cut documents end as absent fields.
 */
export type Shape = Record<string, unknown>;

export function shape(value: unknown): Shape | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Shape) : undefined;
}

/** The objects in an array (or the one object). */
export function shapes(value: unknown): Shape[] {
  const list = Array.isArray(value) ? value : [value];
  return list.map(shape).filter((one) => one !== undefined);
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A whole number of 0 or more; engines write -1 for "not counted". Digits in a string count. */
export function amount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

export function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The string entries of an array. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Without the fields that are `undefined`: absent means "not seen". */
export function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) kept[key] = value;
  return kept as T;
}

/** The fields named, as JSON without the outer braces: a quote short enough to read. */
export function jsonQuote(value: Shape, keys: readonly string[]): string {
  const parts = keys
    .filter((key) => value[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`);
  const all = parts.join(',');
  return all.length > 400 ? `${all.slice(0, 399)}…` : all;
}
