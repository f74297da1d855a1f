import type { Document, Line } from '../document.ts';
import { firstWording } from './errno-wordings.ts';

/** Widths at which terminals and serial consoles break lines. */
const WIDTHS = [80, 100, 120, 132, 160, 200, 240];
/** Beginnings of a line of its own: prompts, lists, times, log levels, quoted records. */
const OWN_LINE =
  /^(?:\s*$|\s*[-*#$%>|+➤❯] |\s*\d{1,4}[-/:]\d{1,2}[-/:]|\[|[A-Z][a-z]{2}\s+\d{1,2} \d\d:|\w+@|(?:time|level|msg)=|(?:INFO|WARN|WARNING|ERROR|FATAL|DEBUG)\b|\s*(?:Error|error|Warning|Failed)\b[^a-z]?\s?[:a-z])/;

/** How many physical lines one broken message may have. */
const MOST = 8;

/**
 * An error message that a terminal broke, made whole: line `index` with the lines before and
 * behind it that belong to the same message, and the number of its first line. Anything else
 * comes back as it is. Only pastes are broken.
 */
export function wholeMessage(doc: Document, index: number): Line & { last: number } {
  const line = doc.lines[index] ?? { n: index + 1, text: '' };
  if (doc.origin.kind !== 'paste') return { ...line, last: index };
  let first = index;
  while (first > 0 && index - first < MOST && isBroken(doc.lines, first - 1)) first--;
  let last = index;
  while (last + 1 < doc.lines.length && last - index < MOST && isBroken(doc.lines, last)) last++;
  if (first === last) return { ...line, last };
  let text = doc.lines[first]?.text ?? '';
  for (let i = first + 1; i <= last; i++) text += doc.lines[i]?.text ?? '';
  return { n: doc.lines[first]?.n ?? line.n, text, last };
}

/**
 * Does line `index` run on in the next one? Yes when a wording of an error stands across the
 * break, or when it is as long as terminals are wide (or as its likewise broken neighbour).
 */
function isBroken(lines: readonly Line[], index: number): boolean {
  const here = lines[index]?.text ?? '';
  const next = lines[index + 1]?.text ?? '';
  if (here.length < 50 || next === '' || here.length > 400) return false;
  if (mayRunOn(here) && wordingAcross(here, next)) return true;
  if (OWN_LINE.test(next) || !/error|fail|cannot|can't|unable|caused|: /i.test(here)) return false;
  if (WIDTHS.some((width) => here.length === width || here.length === width - 1)) return true;
  const before = lines[index - 1]?.text.length ?? 0;
  const twin = before === here.length || (next.length === here.length && here.length > 76);
  return twin && here.length > 76 && /[\w/\\"]$/.test(here) && /^[\w/\\"]/.test(next);
}

/** The end of a line that may hold the first half of a wording. */
const FIRST_HALF =
  /\b(?:n|not?|free|more|enough|en\w*|sp\w*|left|on|the|de\w*|dis[ck]|quota|read-only|file|too|many|open|input\/\w*|out|of|cannot|allocate|exchange|argument|list|insufficient|resource|temporarily|os|err\w*|\[Errno)\s*$|[\u0080-\uffff]['’]?$/i;

/** May a wording of an error begin at the end of this line and go on in the next? */
export function mayRunOn(line: string): boolean {
  return FIRST_HALF.test(line.slice(-40));
}

function wordingAcross(here: string, next: string): boolean {
  const tail = here.slice(-40);
  const head = next.slice(0, 40);
  for (const glue of ['', ' ']) {
    const match = firstWording(tail + glue + head);
    if (match && match.index < tail.length && match.index + match[0].length > tail.length + glue.length + 2)
      return true;
  }
  return false;
}
