import { quoteWord } from '../../host/quote.ts';
import { safeText } from '../../probes/clean.ts';

/**
 * A word as a person would type it: quoted only where a shell needs it. What a terminal would not
 * show as it is (escapes, line ends, marks that turn the direction) is written out as bash's `$'…'`.
 */
export function shownWord(word: string): string {
  if (safeText(word) !== word) return `$'${[...word].map(spelled).join('')}'`;
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : quoteWord(word);
}

function spelled(char: string): string {
  if (char === '\n') return '\\n';
  if (char === "'" || char === '\\') return `\\${char}`;
  if (safeText(char) === char) return char;
  const code = char.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** argv as a person would type it. */
export function shown(argv: readonly string[]): string {
  return argv.map(shownWord).join(' ');
}
