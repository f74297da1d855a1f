import { quoteWord } from '../../host/quote.ts';
import { safeText } from '../../probes/clean.ts';

/** A word as a person would type it: quoted only where a shell needs it, without terminal escapes. */
export function shownWord(word: string): string {
  const safe = safeText(word);
  return /^[\w@%+=:,./{}-]+$/.test(safe) ? safe : quoteWord(safe);
}

/** argv as a person would type it. */
export function shown(argv: readonly string[]): string {
  return argv.map(shownWord).join(' ');
}
