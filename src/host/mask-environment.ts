import { endOfString } from './json-string.ts';
import { MASK } from './mask-sign.ts';

/** `"Env": [`, `"envs": [`, `"environment": {`, also inside a JSON string (`\"Env\":[`). */
const START = /(?<!\\)(\\{0,15})"(?:env|envs|environment)\1"\s{0,20}:\s{0,20}([[{])/gi;

/**
 * Values of environment variables in JSON: `["A=b"]` (Docker, Podman, OCI), `[{"key","value"}]`
 * (CRI), `[{"Name","Value"}]` (plugins), `{"A":"b"}`. Works on the text, not on a parsed value,
 * so that truncated and mixed output is masked too and every other byte stays.
 */
export function maskEnvironments(text: string): string {
  START.lastIndex = 0;
  let out = '';
  let from = 0;
  for (let match = START.exec(text); match; match = START.exec(text)) {
    const start = match.index + match[0].length;
    const walked = walk(text, start, match[1] ?? '', match[2] === '{');
    out += text.slice(from, start) + walked.text;
    from = walked.end;
    START.lastIndex = walked.end;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** From behind the opening bracket to behind its closing one; strings are masked on the way. */
function walk(text: string, start: number, escape: string, isObject: boolean): { text: string; end: number } {
  let out = '';
  let depth = 1;
  let at = start;
  let key = '';
  while (at < text.length && depth > 0) {
    const char = text[at] as string;
    if (text.startsWith(`${escape}"`, at)) {
      const open = at + escape.length + 1;
      const { close, closed } = endOfString(text, open, escape);
      const inner = text.slice(open, close);
      const quote = `${escape}"`;
      const after = closed ? close + quote.length : close;
      const isKey = /^\s{0,20}:/.test(text.slice(after, after + 24));
      if (isKey) key = inner;
      const masked = isKey ? inner : maskString(inner, depth, isObject, key);
      out += quote + masked + (closed ? quote : '');
      at = after;
      continue;
    }
    if (char === '"') break; // the JSON string around us ends
    if (char === '[' || char === '{') depth++;
    if (char === ']' || char === '}') depth--;
    out += char;
    at++;
  }
  return { text: out, end: at };
}

function maskString(inner: string, depth: number, isObject: boolean, key: string): string {
  if (inner === '') return inner;
  if (isObject) return MASK;
  if (depth > 1) return /^value$/i.test(key) ? MASK : inner;
  const equals = inner.indexOf('=');
  return equals < 0 ? inner : `${inner.slice(0, equals + 1)}${MASK}`;
}
