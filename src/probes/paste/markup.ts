/**
 * What mail programs, Markdown, wikis and web pages put around machine output. Every pattern
 * stops at a character it cannot contain, so that a line costs time in proportion to its length.
 */

/** `> `, `> > `, `>> `, `| > `: quoting of mail and Markdown. A tab behind it belongs to the text. */
const QUOTES = /^(?: {0,3}>)+ ?/;
/** A line that only opens or closes a block of code. */
const FENCE = /^\s*(?:`{3,}|~{3,})\s*[\w.+#-]*\s*$|^\s*\{(?:code|noformat)(?::[^}]{0,80})?\}\s*$/;
/** Fences with text on the same line. */
const INLINE_FENCE = /^\s*(?:`{3,}|~{3,})[ \t]?|`{3,}\s*$/g;
const TAGS =
  /<\/?(?:pre|code|b|strong|i|em|tt|kbd|samp|p|br|hr|div|span|blockquote|details|summary|li|ul|ol|h[1-6])(?:\s[^<>]{0,200})?\/?>|\[\/?(?:code|quote|b|i|pre)(?:=[^\]]{0,80})?\]|\{\/?(?:code|noformat)\}/gi;
const BOLD = /\*\*(?=[^*\s])([^*]+)\*\*/g;
/** Colours whose escape character was lost on the way: `[0;31m`, `^[[0m`, `␛[1m`. */
const LOST_ESCAPES =
  /(?:\^\[|␛|\\033|\\e|\\x1b|\\u001b)\[[0-9;]{0,12}[A-HJKmhl]|\[\d{1,3}(?:;\d{1,3}){0,4}m(?!\])|\[m(?![\]\w])/g;
const BEYOND_ASCII = /[\u0080-\uffff]/;
const SPACES = /[\u00a0\u2007\u202f\u3000]/g;
const ENTITY = /&(lt|gt|amp|quot|apos|nbsp|#39|#x27|#34|#x22|#60|#62);/gi;
const ENTITIES = new Map<string, string>(
  Object.entries({
    lt: '<',
    gt: '>',
    amp: '&',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    '#39': "'",
    '#x27': "'",
    '#34': '"',
    '#x22': '"',
    '#60': '<',
    '#62': '>',
  }),
);

/** The line as the machine printed it, as far as that can be told. */
export function withoutMarkup(line: string): string {
  let text = BEYOND_ASCII.test(line) ? line.replace(SPACES, ' ') : line;
  if (text.includes('>')) text = text.replace(QUOTES, '');
  if (/[`~{]/.test(text) && FENCE.test(text)) return '';
  if (text.includes('```') || text.includes('~~~')) text = text.replace(INLINE_FENCE, '');
  if (text.includes('<') || text.includes('[') || text.includes('{'))
    text = text.replace(TAGS, '').replace(LOST_ESCAPES, '');
  if (text.includes('&'))
    text = text.replace(ENTITY, (whole, name: string) => ENTITIES.get(name.toLowerCase()) ?? whole);
  if (text.includes('**')) text = text.replace(BOLD, '$1');
  return text.includes('`') ? withoutBackticks(text) : text;
}

/** A code span around the whole line, or the half of one that runs over several lines. */
function withoutBackticks(line: string): string {
  const trimmed = line.trim();
  if (trimmed === '`') return '';
  const first = trimmed.indexOf('`');
  const last = trimmed.lastIndexOf('`');
  if (first === 0 && last === trimmed.length - 1 && trimmed.indexOf('`', 1) === last) return trimmed.slice(1, -1);
  if (first === last && first === 0) return trimmed.slice(1);
  if (first === last && first === trimmed.length - 1) return line.trimEnd().slice(0, -1);
  return line;
}
