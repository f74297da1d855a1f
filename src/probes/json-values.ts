import type { Line } from './document.ts';

export interface JsonValue {
  value: unknown;
  /** 1-based line it starts on */
  line: number;
}

/** Characters looked at before giving up, as a multiple of the text: hostile text stays linear. */
const EFFORT = 6;

/**
 * JSON objects and arrays in a text: the whole text, one a line, or standing alone between
 * other lines. Text that only looks like JSON costs at most {@link EFFORT} times its length.
 */
export function jsonValues(lines: readonly Line[]): JsonValue[] {
  const values: JsonValue[] = [];
  let total = 0;
  for (const line of lines) total += line.text.length + 1;
  const left = { characters: EFFORT * total + 4096 };
  for (let i = 0; i < lines.length && left.characters > 0; i++) {
    const text = lines[i]?.text ?? '';
    const opening = OPENING.exec(text)?.[1];
    if (!opening) continue;
    const end = closingLine(lines, i, opening === '{' ? '}' : ']', left);
    if (end === undefined) continue;
    try {
      const whole = end === i ? text : joined(lines, i, end);
      values.push({ value: JSON.parse(whole), line: lines[i]?.n ?? 0 });
      i = end;
    } catch {
      // not JSON: a log line that begins with a bracket
    }
  }
  return values;
}

/** `{` before a name, `[` before a value, or either at the end of its line. */
const OPENING = /^\s*(\{(?=\s*(?:["}]|$))|\[(?=\s*(?:["{[\]\-\dtfn]|$)))/;
/** How a line inside an object or array may begin. */
const INSIDE = /^\s*(?:["{}[\],\-\dtfn]|$)/;

/** The line where the bracket that opens line `from` is closed, outside strings; undefined if never. */
function closingLine(
  lines: readonly Line[],
  from: number,
  closing: string,
  left: { characters: number },
): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = from; i < lines.length; i++) {
    const text = lines[i]?.text ?? '';
    left.characters -= text.length + 1;
    if (left.characters < 0 || (i > from && !INSIDE.test(text))) return undefined;
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (inString) {
        if (char === '\\') at++;
        else if (char === '"') inString = false;
      } else if (char === '"') inString = true;
      else if (char === '{' || char === '[') depth++;
      else if (char === '}' || char === ']') {
        depth--;
        if (depth === 0) return char === closing && text.slice(at + 1).trim() === '' ? i : undefined;
        if (depth < 0) return undefined;
      }
    }
    inString = false; // JSON strings never cross a line
  }
  return undefined;
}

function joined(lines: readonly Line[], from: number, to: number): string {
  const parts: string[] = [];
  for (let i = from; i <= to; i++) parts.push(lines[i]?.text ?? '');
  return parts.join('\n');
}
