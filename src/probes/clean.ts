import type { Line } from './document.ts';
import { withoutMarkup } from './paste/markup.ts';

/**
 * Terminal control sequences (ECMA-48): CSI, OSC and the other strings, two-character escapes,
 * and their 8-bit forms. A string that is never closed loses only its introducer, so that a
 * cut escape cannot swallow text.
 */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what it removes
  /(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]{0,2048}(?:\u0007|\u001b\\|\u009c)|(?:\u001b[PX^_]|[\u0090\u0098\u009e\u009f])[^\u001b\u009c]{0,2048}(?:\u001b\\|\u009c)|\u001b[ -/]{0,8}[0-~]/g;
/** C0 and C1 (tab stays), NUL, zero-width and bidirectional marks, byte-order mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** What either of the two begins with: most lines have none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/;

/**
 * Longest line of a pasted text that is read, in UTF-16 units. No message or table row comes
 * near it; binary noise does. Lines that look like JSON stay whole.
 */
export const MAX_LINE = 64 * 1024;

/** Without terminal escapes and control characters (tabs stay), so that it can be printed anywhere. */
export function safeText(text: string): string {
  return UNSAFE.test(text) ? text.replace(ESCAPES, '').replace(CONTROLS, '') : text;
}

/**
 * Lines of a text, numbered as they were given (`\n`, `\r\n`, `\r\r\n` or a lone `\r` ends one),
 * without escapes. Pastes also lose what mail, Markdown and web pages wrap around a line, and
 * whatever of a line lies beyond {@link MAX_LINE}.
 */
export function cleanLines(text: string, pasted: boolean): Line[] {
  return text.split(/\r?\r?\n|\r/).map((raw, index) => {
    if (!pasted) return { n: index + 1, text: safeText(raw) };
    const kept = raw.length > MAX_LINE && !/^\s{0,64}[{[]/.test(raw) ? raw.slice(0, MAX_LINE) : raw;
    return { n: index + 1, text: withoutMarkup(safeText(kept)) };
  });
}
