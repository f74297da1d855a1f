import type { FileRead, StatfsRead, StatfsValue } from './host.ts';

/** The failures of files, worded once: every door gives the same answer for the same file. */
type Failure = Extract<FileRead, { ok: false }>;

const MISSING = /^(?:ENOENT|ENOTDIR)$|No such file or directory|Not a directory/;
const DENIED = /^(?:EACCES|EPERM)$|Permission denied|Operation not permitted/;

/** From an errno name or a program's message (in the C locale). */
export function fileFailure(path: string, said: string): Failure {
  if (MISSING.test(said)) return { ok: false, reason: 'missing', message: `${path}: No such file or directory` };
  if (DENIED.test(said)) return { ok: false, reason: 'denied', message: `${path}: Permission denied` };
  return { ok: false, reason: 'other', message: `${path}: ${said.trim() || 'cannot be read'}` };
}

export function fileTimeout(path: string, timeoutMs: number): Failure {
  return {
    ok: false,
    reason: 'timeout',
    message: `${path}: no answer within ${timeoutMs} ms; the storage below it may hang`,
  };
}

export function notRegular(path: string): Failure {
  return { ok: false, reason: 'other', message: `${path}: not a regular file` };
}

/**
 * type, block size, blocks, bfree, bavail, files, ffree: as decimal text, except `type`, which
 * may be hexadecimal with 0x. Refuses what is no whole number of 0..2^53.
 */
export function statfsAnswer(path: string, fields: readonly string[]): StatfsRead {
  const numbers = fields.map((field) => (/^(?:0x[0-9a-f]+|\d+)$/i.test(field) ? Number(field) : Number.NaN));
  const [type, blockSize, blocks, bfree, bavail, files, ffree] = numbers;
  const value = { type, blockSize, blocks, bfree, bavail, files, ffree };
  if (fields.length !== 7 || !isStatfs(value)) {
    return {
      ok: false,
      reason: 'other',
      message: `${path}: statfs gave numbers out of range: ${fields.join(' ').slice(0, 200)}`,
    };
  }
  return { ok: true, value };
}

/** True for seven whole numbers that a double holds exactly. */
export function isStatfs(value: unknown): value is StatfsValue {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  return ['type', 'blockSize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'].every((key) => {
    const number = record[key];
    return Number.isSafeInteger(number) && (number as number) >= 0;
  });
}
