import type { Line } from '../document.ts';

const PROSE = new WeakMap<readonly Line[], boolean[]>();

/** For every line of a text: is it prose? Told once a text. */
export function proseLines(lines: readonly Line[]): readonly boolean[] {
  let prose = PROSE.get(lines);
  if (!prose) {
    prose = lines.map((line) => line.text.length > 3 && isProse(line.text));
    PROSE.set(lines, prose);
  }
  return prose;
}

/**
 * Is a line written by a person (or an error in a sentence), rather than a row of a table, a
 * setting, a path or a log record? Decided by how much of it is words.
 */
export function isProse(line: string): boolean {
  const text = line.slice(0, 2000);
  if (BEYOND_LATIN.test(text) && CJK.test(text)) return true;
  if (/\t\S|\S {3,}\S.* {2,}\S/.test(text) && !/[.?!]\s|[.?!]$/.test(text)) return false; // columns
  if (/^\s*(?:[{}[\]"]|[-drwxlsStT]{10}[.+@]?\s|\S{1,40}=\S|[A-Z][\w -]{1,40}: \S{0,60}(?: \S{1,12})?$)/.test(text))
    return false;
  const tokens = text.split(/\s+/, 400);
  let words = 0;
  let others = 0;
  for (const token of tokens) {
    if (PLAIN_WORD.test(token) || (UNUSUAL.test(token) && WORD.test(token))) words++;
    else if (token !== '' && token !== '-') others++;
  }
  return words >= 3 && words > others * 1.4;
}

/** Four characters of a script that sets no spaces. */
const BEYOND_LATIN = /[\u3000-\uffff]/;
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}/;
/** Most words; the rest have quotes around them or letters beyond ASCII. */
const PLAIN_WORD = /^[a-zA-Z]{1,25}[.,:]?$/;
const UNUSUAL = /[a-zA-Z\u0080-\uffff]/;
const WORD = /^[("'`*_“‘¿¡-]{0,3}\p{L}[\p{L}'’-]{0,24}[)"'`*_”’.,;:!?…]{0,4}$/u;
