import { LONGEST_JSON, type StoreFiles } from '../store-files.ts';

export type Json = Record<string, unknown>;

/** A JSON object in a file; undefined where it is missing, cut or of another kind. */
export function readJson(files: StoreFiles, path: string): Json | undefined {
  const bytes = files.read(path, LONGEST_JSON);
  if (!bytes) return undefined;
  try {
    return object(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** The first line of a small file. */
export function readWord(files: StoreFiles, path: string): string | undefined {
  return files.read(path, 4096)?.toString('utf8').trim() || undefined;
}

export function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export const string = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** A whole number of 0 or more that a double holds exactly. */
export const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** `sha256:` and 64 digits, as Docker writes digests, or undefined. */
export function digest(value: unknown): string | undefined {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value) ? value : undefined;
}

/** The digits alone: a name in a directory. */
export const hex = (value: string): string => value.slice('sha256:'.length);
